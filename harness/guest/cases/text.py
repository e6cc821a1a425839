"""Text: a list of strings in; the artifact holds a vocabulary, and a sparse matrix comes out."""

from .data import mails


def case_tfidf_vectorizer(seed):
    """The weights were a sparse diagonal matrix and became an array; 1.5 silently skips what it lacks."""
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
