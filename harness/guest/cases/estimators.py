"""Every public estimator of every scikit-learn, each under the name of its class: made here, in the producer.

What ``all_estimators`` finds is constructed with valid parameters and given suitable data, mostly by what its class says
about itself (tags, mixins, required parameters), so that an estimator that nobody thought of has a good chance, too.
The exceptions stand in `estimator_rules`, the data in `estimator_data`. Standard library at its top.
"""

import functools
import importlib
import pkgutil
import warnings

from . import estimator_data, estimator_rules

#: The union over scikit-learn 0.24.2 to 1.9.1. A literal: the host reads it from this file's syntax tree.
# fmt: off
BUILT = (
    "ARDRegression", "AdaBoostClassifier", "AdaBoostRegressor", "AdditiveChi2Sampler", "AffinityPropagation",
    "AgglomerativeClustering", "BaggingClassifier", "BaggingRegressor", "BayesianGaussianMixture", "BayesianRidge",
    "BernoulliNB", "BernoulliRBM", "Binarizer", "Birch", "BisectingKMeans", "CCA", "CalibratedClassifierCV",
    "CategoricalNB", "ClassicalMDS", "ClassifierChain", "ColumnTransformer", "ComplementNB", "CountVectorizer",
    "DBSCAN", "DecisionTreeClassifier", "DecisionTreeRegressor", "DictVectorizer", "DictionaryLearning",
    "DummyClassifier", "DummyRegressor", "ElasticNet", "ElasticNetCV", "EllipticEnvelope", "EmpiricalCovariance",
    "ExtraTreeClassifier", "ExtraTreeRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor", "FactorAnalysis",
    "FastICA", "FeatureAgglomeration", "FeatureHasher", "FeatureUnion", "FixedThresholdClassifier",
    "FrozenEstimator", "FunctionTransformer", "GammaRegressor", "GaussianMixture", "GaussianNB",
    "GaussianProcessClassifier", "GaussianProcessRegressor", "GaussianRandomProjection", "GenericUnivariateSelect",
    "GradientBoostingClassifier", "GradientBoostingRegressor", "GraphicalLasso", "GraphicalLassoCV", "GridSearchCV",
    "HDBSCAN", "HalvingGridSearchCV", "HalvingRandomSearchCV", "HashingVectorizer",
    "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", "HuberRegressor", "IncrementalPCA",
    "IsolationForest", "Isomap", "IsotonicRegression", "IterativeImputer", "KBinsDiscretizer", "KMeans",
    "KNNImputer", "KNeighborsClassifier", "KNeighborsRegressor", "KNeighborsTransformer", "KernelCenterer",
    "KernelDensity", "KernelPCA", "KernelRidge", "LabelBinarizer", "LabelEncoder", "LabelPropagation",
    "LabelSpreading", "Lars", "LarsCV", "Lasso", "LassoCV", "LassoLars", "LassoLarsCV", "LassoLarsIC",
    "LatentDirichletAllocation", "LedoitWolf", "LinearDiscriminantAnalysis", "LinearRegression", "LinearSVC",
    "LinearSVR", "LocalOutlierFactor", "LocallyLinearEmbedding", "LogisticRegression", "LogisticRegressionCV",
    "MDS", "MLPClassifier", "MLPRegressor", "MaxAbsScaler", "MeanShift", "MinCovDet", "MinMaxScaler",
    "MiniBatchDictionaryLearning", "MiniBatchKMeans", "MiniBatchNMF", "MiniBatchSparsePCA", "MissingIndicator",
    "MultiLabelBinarizer", "MultiOutputClassifier", "MultiOutputRegressor", "MultiTaskElasticNet",
    "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV", "MultinomialNB", "NMF", "NearestCentroid",
    "NearestNeighbors", "NeighborhoodComponentsAnalysis", "Normalizer", "NuSVC", "NuSVR", "Nystroem", "OAS",
    "OPTICS", "OneClassSVM", "OneHotEncoder", "OneVsOneClassifier", "OneVsRestClassifier", "OrdinalEncoder",
    "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV", "OutputCodeClassifier", "PCA", "PLSCanonical",
    "PLSRegression", "PLSSVD", "PassiveAggressiveClassifier", "PassiveAggressiveRegressor", "PatchExtractor",
    "Perceptron", "Pipeline", "PoissonRegressor", "PolynomialCountSketch", "PolynomialFeatures", "PowerTransformer",
    "QuadraticDiscriminantAnalysis", "QuantileRegressor", "QuantileTransformer", "RANSACRegressor", "RBFSampler",
    "RFE", "RFECV", "RadiusNeighborsClassifier", "RadiusNeighborsRegressor", "RadiusNeighborsTransformer",
    "RandomForestClassifier", "RandomForestRegressor", "RandomTreesEmbedding", "RandomizedSearchCV",
    "RegressorChain", "Ridge", "RidgeCV", "RidgeClassifier", "RidgeClassifierCV", "RobustScaler", "SGDClassifier",
    "SGDOneClassSVM", "SGDRegressor", "SVC", "SVR", "SelectFdr", "SelectFpr", "SelectFromModel", "SelectFwe",
    "SelectKBest", "SelectPercentile", "SelfTrainingClassifier", "SequentialFeatureSelector", "ShrunkCovariance",
    "SimpleImputer", "SkewedChi2Sampler", "SparseCoder", "SparsePCA", "SparseRandomProjection",
    "SpectralBiclustering", "SpectralClustering", "SpectralCoclustering", "SpectralEmbedding", "SplineTransformer",
    "StackingClassifier", "StackingRegressor", "StandardScaler", "TSNE", "TargetEncoder", "TfidfTransformer",
    "TfidfVectorizer", "TheilSenRegressor", "TransformedTargetRegressor", "TruncatedSVD",
    "TunedThresholdClassifierCV", "TweedieRegressor", "VarianceThreshold", "VotingClassifier", "VotingRegressor",
)
# fmt: on


def build(name, seed):
    """The estimator of that name, as a case: ``(estimator, X, y or None)``.

    Where rows cannot be cut freely, ``X`` is a tuple ``(train, test)``.

    Raises
    ------
    Unsupported
        This scikit-learn has no such estimator.
    """
    cls = find(name)
    estimator = cls(**estimator_rules.parameters(cls, seed))
    kind = estimator_rules.kind_of_data(estimator)
    X, y = getattr(estimator_data, kind)(seed)
    if not estimator_rules.wants_y(estimator, kind):
        y = None
    return estimator, X, y


def find(name):
    """The public class of that name. Raises Unsupported where this scikit-learn has none."""
    cls = public().get(name)
    if cls is None:
        import sklearn
        from guest.errors import Unsupported  # here: a rebuilt model's code is run outside of the guest's package

        raise Unsupported("scikit-learn %s has no %s" % (sklearn.__version__, name))
    return cls


@functools.lru_cache(maxsize=None)
def public():
    """The public classes by name, those of ``sklearn.experimental`` with them.

    The first call imports all of scikit-learn. Called before a fork, it leaves nothing for the children to import.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is no longer experimental says so
        try:
            from sklearn.utils import all_estimators
        except ImportError:
            return _before_0_22()
        from sklearn import experimental

        for module in pkgutil.iter_modules(experimental.__path__):
            importlib.import_module("sklearn.experimental." + module.name)
        return dict(all_estimators())


def _before_0_22():
    """The same of a release whose `all_estimators` lies among its tests, which may need packages for them."""
    import sklearn
    from sklearn.base import BaseEstimator

    found = {}
    for module in pkgutil.iter_modules(sklearn.__path__):
        if module.name.startswith("_") or module.name in ("conftest", "externals", "setup", "tests", "utils"):
            continue
        told = importlib.import_module("sklearn." + module.name)
        for name in getattr(told, "__all__", dir(told)):
            cls = getattr(told, name, None)
            if isinstance(cls, type) and issubclass(cls, BaseEstimator) and hasattr(cls, "fit") and name[0] != "_":
                found[name] = cls
    return found


def unlisted():
    """Names of the public estimators of this environment that `BUILT` lacks."""
    return sorted(set(public()) - set(BUILT))
