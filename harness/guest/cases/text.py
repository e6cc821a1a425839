"""Text: a list of strings in; the artifact holds a vocabulary, and a sparse matrix comes out."""

from .data import mails, tagged_mails


def case_tfidf_vectorizer(seed):
    """The weights were a sparse diagonal matrix and became an array; 1.5 silently skips what it lacks."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    X, _ = mails(seed)
    return TfidfVectorizer(), X


def case_spam_filter(seed):
    """Word counts and naive Bayes with string labels: the classic."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    X, y = mails(seed)
    return make_pipeline(CountVectorizer(), MultinomialNB()), X, y


def case_text_linear_svc(seed):
    """Words and pairs of words, weighted, then a linear machine: what most text classifiers are; sparse all the way."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    X, y = mails(seed)
    features = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    return make_pipeline(features, LinearSVC(random_state=seed)), X, y


def case_text_calibrated_sgd(seed):
    """For texts that do not fit into memory: a model by gradient descent, which has probabilities once calibrated."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    X, y = mails(seed)
    model = CalibratedClassifierCV(SGDClassifier(random_state=seed), cv=3)
    return make_pipeline(TfidfVectorizer(), model), X, y


def case_topic_tags(seed):
    """Several labels for one text: a model for each, and a matrix of zeros and ones."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    X, y = tagged_mails(seed)
    model = OneVsRestClassifier(LogisticRegression())
    return make_pipeline(TfidfVectorizer(), model), X, y


def case_semantic_search(seed):
    """Texts as points to be searched: whoever stored them must get the same ones for the queries."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    X, _ = mails(seed)
    model = make_pipeline(TfidfVectorizer(), TruncatedSVD(n_components=10, random_state=seed), Normalizer())
    return model, X
