"""Gaussian processes: the training data, a factor of its covariance, and a kernel built of objects."""


def case_gaussian_process_regressor(seed):
    """A composed kernel, with its optimized parameters in it."""
    import numpy as np
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, WhiteKernel

    random = np.random.RandomState(seed)
    X = random.uniform(-3.0, 3.0, size=(120, 2))
    y = np.sin(X[:, 0]) + X[:, 1] + 0.1 * random.normal(size=120)
    model = GaussianProcessRegressor(RBF() + WhiteKernel(), normalize_y=True, random_state=seed)
    return model, X, y, ("predict",)
