"""The parameters that decide, of estimators that transform, cluster or describe. What a grid is stands in `parameters`.

A literal: the host reads it from this file's syntax tree.
"""

GRIDS = {
    "AgglomerativeClustering": (
        {"linkage": ("average", "complete", "single")},
        {"metric": ("cosine", "manhattan"), "linkage": ("average",)},
        {"affinity": ("cosine", "manhattan"), "linkage": ("average",)},
        {"n_clusters": (None,), "distance_threshold": (1.0,)},
    ),
    "BayesianGaussianMixture": (
        {"covariance_type": ("diag", "spherical", "tied")},
        {"weight_concentration_prior_type": ("dirichlet_distribution",)},
    ),
    "Birch": (
        {"n_clusters": (None,)},
        {"input": ("csr",)},
    ),
    "DBSCAN": (
        {"algorithm": ("ball_tree", "brute", "kd_tree")},
        {"metric": ("manhattan",)},
        {"input": ("csr",)},
    ),
    "GaussianMixture": (
        {"covariance_type": ("diag", "spherical", "tied")},
        {"init_params": ("k-means++", "random", "random_from_data")},
    ),
    "HDBSCAN": (
        {"algorithm": ("ball_tree", "balltree", "brute", "kd_tree", "kdtree")},
        {"cluster_selection_method": ("leaf",)},
        {"store_centers": ("both",)},
    ),
    "KMeans": (
        {"algorithm": ("auto", "elkan", "full", "lloyd")},
        {"init": ("random",)},
        {"input": ("csr", "float32", "frame")},
    ),
    "MiniBatchKMeans": (
        {"init": ("random",)},
        {"input": ("csr",)},
    ),
    "OPTICS": (
        {"cluster_method": ("dbscan",), "with": {"eps": 0.8}},
        {"algorithm": ("ball_tree", "brute", "kd_tree")},
        {"metric": ("manhattan",)},
    ),
    "SpectralClustering": (
        {"affinity": ("nearest_neighbors",)},
        {"assign_labels": ("cluster_qr", "discretize")},
    ),
    "DictionaryLearning": (
        {"fit_algorithm": ("cd",)},
        {"transform_algorithm": ("lars", "lasso_cd", "lasso_lars", "threshold")},
    ),
    "FactorAnalysis": (
        {"svd_method": ("lapack",)},
        {"rotation": ("quartimax", "varimax"), "with": {"n_components": 2}},
    ),
    "FastICA": (
        {"algorithm": ("deflation",)},
        {"fun": ("cube", "exp")},
        {"whiten": (True, "arbitrary-variance", "unit-variance")},
    ),
    "Isomap": (
        {"eigen_solver": ("arpack", "dense")},
        {"path_method": ("D", "FW")},
        {"metric": ("manhattan",)},
    ),
    "KernelPCA": (
        {"kernel": ("cosine", "poly", "rbf")},
        {"kernel": ("precomputed",), "with": {"data": "kernel"}},
        {"kernel": ("poly", "rbf"), "fit_inverse_transform": (True,), "with": {"n_components": 2}},
        {"eigen_solver": ("arpack", "dense", "randomized"), "with": {"n_components": 2}},
        {"input": ("csr",)},
    ),
    "LatentDirichletAllocation": (
        {"learning_method": ("online",)},
        {"input": ("csr",)},
    ),
    "LocallyLinearEmbedding": ({"method": ("hessian", "ltsa", "modified"), "with": {"n_neighbors": 8}},),
    "NMF": (
        {"solver": ("mu",), "beta_loss": ("frobenius", "kullback-leibler")},
        {"init": ("nndsvd", "nndsvda", "random")},
        {"alpha_W": (0.1,)},
        {"alpha": (0.1,)},
        {"input": ("csr",)},
    ),
    "PCA": (
        {"svd_solver": ("arpack", "covariance_eigh", "full", "randomized"), "with": {"n_components": 2}},
        {"n_components": (0.9, "mle")},
        {"whiten": (True,)},
        {"input": ("float32", "frame")},
        {"input": ("csr",), "svd_solver": ("arpack",), "with": {"n_components": 2, "methods": ("transform",)}},
        {"output": ("pandas",)},
    ),
    "PLSCanonical": (
        {"algorithm": ("svd",)},
        {"scale": (False,)},
    ),
    "TruncatedSVD": ({"algorithm": ("arpack",)},),
    "IterativeImputer": (
        {"estimator": ("=DecisionTreeRegressor(max_depth=3, random_state=0)", "=KNeighborsRegressor()", "=Ridge()")},
        {"imputation_order": ("random",)},
        {"initial_strategy": ("median", "constant")},
        {"add_indicator": (True,)},
    ),
    "KNNImputer": (
        {"weights": ("distance",)},
        {"add_indicator": (True,)},
    ),
    "MissingIndicator": (
        {"features": ("all",)},
        {"sparse": (True,)},
    ),
    "SimpleImputer": (
        {"strategy": ("constant", "median", "most_frequent")},
        {"add_indicator": (True,)},
        {"strategy": ("constant", "most_frequent"), "data": ("gaps_in_strings",)},
        {"strategy": ("=np.nanmax",)},
        {"keep_empty_features": (True,)},
        {"input": ("csr",)},
        {"output": ("pandas",)},
    ),
    "KBinsDiscretizer": (
        {"encode": ("onehot-dense", "ordinal")},
        {"strategy": ("kmeans", "uniform")},
        {"quantile_method": ("linear",)},
        {"dtype": ("=np.float32",)},
    ),
    "LabelBinarizer": ({"sparse_output": (True,)},),
    "OneHotEncoder": (
        {"handle_unknown": ("ignore", "infrequent_if_exist", "warn")},
        {"drop": ("first", "if_binary"), "handle_unknown": ("error", "ignore")},
        {"min_frequency": (60,), "handle_unknown": ("ignore", "infrequent_if_exist")},
        {"max_categories": (2,)},
        {"sparse": (False,)},
        {"sparse_output": (False,)},
        {"dtype": ("=np.float32",)},
        {"data": ("gaps_in_strings",)},
        {"output": ("pandas",), "sparse_output": (False,)},
    ),
    "OrdinalEncoder": (
        {"handle_unknown": ("use_encoded_value",), "unknown_value": (-1, "=np.nan")},
        {"encoded_missing_value": (-2,), "data": ("gaps_in_strings",)},
        {"min_frequency": (60,)},
        {"max_categories": (2,)},
        {"dtype": ("=np.int32",)},
        {"data": ("gaps_in_strings",)},
    ),
    "TargetEncoder": (
        {"target_type": ("continuous",)},
        {"target_type": ("binary",), "with": {"data": "categories_of_two_classes"}},
        {"target_type": ("multiclass",), "with": {"data": "categories_of_classes"}},
    ),
    "FunctionTransformer": (
        {"func": ("=np.abs", "=halved")},
        {"validate": (True,)},
        {"func": ("=np.expm1",), "with": {"inverse_func": "=np.log1p"}},
        {"func": ("=np.abs",), "feature_names_out": ("one-to-one",), "output": ("pandas",)},
    ),
    "MinMaxScaler": (
        {"feature_range": ((-1, 1),)},
        {"clip": (True,)},
    ),
    "Normalizer": (
        {"norm": ("l1", "max")},
        {"input": ("csr",)},
    ),
    "PolynomialFeatures": (
        {"degree": (3, (2, 3))},
        {"interaction_only": (True,), "order": ("C", "F")},
        {"input": ("csr",)},
    ),
    "PowerTransformer": (
        {"method": ("box-cox",), "with": {"data": "amounts"}},
        {"standardize": (False,), "with": {"data": "amounts"}},
        {"output": ("pandas",)},
    ),
    "QuantileTransformer": (
        {"output_distribution": ("normal",)},
        {"input": ("csr",), "data": ("counts",)},
    ),
    "RobustScaler": (
        {"unit_variance": (True,)},
        {"quantile_range": ((10.0, 90.0),)},
        {"with_centering": (False,)},
    ),
    "SplineTransformer": (
        {"extrapolation": ("continue", "linear", "periodic")},
        {"knots": ("quantile",)},
        {"degree": (1,)},
        {"sparse_output": (True,)},
    ),
    "StandardScaler": (
        {"with_mean": (False,), "input": ("array", "csr")},
        {"input": ("float32", "frame", "integers", "missing")},
        {"output": ("pandas",)},
    ),
    "SelectKBest": ({"score_func": ("=chi2", "=f_classif", "=mutual_info_classif"), "data": ("counts",)},),
    "Nystroem": (
        {"kernel": ("laplacian", "sigmoid")},
        {"input": ("csr",)},
    ),
    "SparseRandomProjection": (
        {"dense_output": (True,)},
        {"compute_inverse_components": (True,)},
        {"input": ("csr",)},
    ),
    "CountVectorizer": (
        {"analyzer": ("=words", "char", "char_wb")},
        {"tokenizer": ("=words",)},
        {"ngram_range": ((1, 2),), "binary": (False, True)},
        {"stop_words": (["the", "for"], "english")},
        {"vocabulary": (["free", "meeting", "cash"],)},
    ),
    "HashingVectorizer": ({"norm": ("l1", None)},),
    "TfidfTransformer": (
        {"norm": ("l1", None)},
        {"use_idf": (False,)},
        {"sublinear_tf": (True,)},
    ),
    "TfidfVectorizer": (
        {"norm": ("l1", None)},
        {"use_idf": (False,)},
        {"analyzer": ("=words", "char_wb")},
        {"smooth_idf": (False,)},
        {"sublinear_tf": (True,)},
        {"ngram_range": ((1, 2),)},
        {"dtype": ("=np.float32",)},
    ),
}
