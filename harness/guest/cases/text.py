"""Text: a list of strings in; the artifact holds a vocabulary, and a sparse matrix comes out."""

from .data import mails


def case_tfidf_vectorizer(seed):
    """The weights were a sparse diagonal matrix and became an array."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    X, _ = mails(seed)
    return TfidfVectorizer(), X, None, ("transform",)


def case_spam_filter(seed):
    """Word counts and naive Bayes with string labels: the classic."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    X, y = mails(seed)
    return make_pipeline(CountVectorizer(), MultinomialNB()), X, y, ("predict", "predict_proba")


def case_hashing_sgd(seed):
    """Nothing is kept of the words: the consumer must hash as the producer did."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    X, y = mails(seed)
    model = make_pipeline(HashingVectorizer(n_features=2**10), SGDClassifier(loss="modified_huber", random_state=seed))
    return model, X, y, ("predict", "predict_proba", "decision_function")
