"""The statements, as data. To add one, add an entry: name, kind, words, source, query.

They are quoted from three ages of scikit-learn's page on model persistence: the oldest (undated; it knows neither skops
nor InconsistentVersionWarning), that of 1.4.1, and that of 2024, which has the summary table. What the page only
implies, and what a quotation needs to be understood, stands in brackets.
"""

from __future__ import annotations

from harness.analysis.claims import special
from harness.analysis.claims.claim import Claim, Kind
from harness.analysis.claims.kept import KeepsFewer, Rescues
from harness.analysis.claims.ratios import Ratio
from harness.analysis.claims.shares import ALL, MOST, NEARLY_ALL, SOME, NativeElseEmulated, Share

ANSWERED = "status in ['ok', 'drift', 'load-error', 'predict-error', 'crash', 'timeout', 'oom']"
PICKLES = "format.str.match('pickle|joblib|cloudpickle')"
OBJECTS = "format.str.match('pickle|joblib|cloudpickle|skops')"
VERSIONS = f"{OBJECTS} and producer_sklearn != consumer_sklearn and {ANSWERED}"
SAME_VERSIONS = "producer_sklearn == consumer_sklearn and producer_numpy == consumer_numpy"
ARCHITECTURES = f"{OBJECTS} and producer_arch != consumer_arch and {SAME_VERSIONS} and {ANSWERED}"
SMALL = "size_bytes < 1e6"
LARGE = "size_bytes >= 1e6"

CLAIMS = (
    # What it costs.
    Claim(
        name="skops-slower",
        kind=Kind.RATIO,
        statement="Not as fast as pickle based formats",
        source="2024, summary table, skops.io",
        query=Ratio(
            column="load_seconds", left="skops/skops", right="pickle/pickle", says="more", also=("dump_seconds",)
        ),
    ),
    Claim(
        name="joblib-efficient-when-large",
        kind=Kind.RATIO,
        statement="joblib is more efficient than pickle when working with large machine learning models",
        source="2024, 9.4; the older pages: on objects that carry large numpy arrays",
        query=Ratio(
            column="load_seconds", left="joblib/joblib", right="pickle/pickle", says="less", among=LARGE,
            also=("dump_seconds",),
        ),
    ),
    Claim(
        name="cloudpickle-as-fast",
        kind=Kind.RATIO,
        statement="Comparable loading efficiency as pickle with protocol=5",
        source="2024, summary table, cloudpickle",
        query=Ratio(column="load_seconds", left="cloudpickle/cloudpickle", right="pickle/pickle", says="alike"),
    ),
    Claim(
        name="protocol-5-memory",
        kind=Kind.RATIO,
        statement="Efficient memory usage with protocol=5",
        source="2024, summary table, pickle; here with out-of-band buffers",
        query=Ratio(
            column="load_peak_bytes", left="pickle-oob/pickle", right="pickle/pickle", says="less",
            also=("load_seconds", "dump_seconds"),
        ),
    ),
    Claim(
        name="protocol-5-memory-in-band",
        kind=Kind.RATIO,
        statement="[pickle] can also be very efficient memorywise if the model was persisted with protocol=5",
        source="2024, 9.6; here as pickle.dumps writes it, against protocol 4",
        query=Ratio(
            column="load_peak_bytes", left="pickle/pickle", right="pickle-4/pickle", says="less",
            also=("load_seconds", "dump_seconds"),
        ),
    ),
    Claim(
        name="compressed-smaller",
        kind=Kind.RATIO,
        statement="Easy shortcuts for compression [which makes files smaller]",
        source="2024, summary table, joblib",
        query=Ratio(column="size_bytes", left="joblib-*/joblib", right="joblib/joblib", says="less"),
    ),
    Claim(
        name="compressed-slower",
        kind=Kind.RATIO,
        statement="Easy shortcuts for compression and decompression [which takes time]",
        source="2024, summary table, joblib",
        query=Ratio(
            column="load_seconds", left="joblib-*/joblib", right="joblib/joblib", says="more", also=("dump_seconds",)
        ),
    ),
    # Memory that is mapped and shared.
    Claim(
        name="joblib-maps",
        kind=Kind.MUST,
        statement="Supports memory mapping",
        source="2024, summary table, joblib",
        query=Share(
            among="reader == 'joblib-mmap' and mapped_arrays >= 0 and status in ['ok', 'drift']",
            holds="mapped_arrays > 0",
            least=MOST,
            meaning="have arrays that are mapped, the others none",
        ),
    ),
    Claim(
        name="pickle-does-not-map",
        kind=Kind.MUST,
        statement="[pickle] does not support memory mapping",
        source="2024, 9.6",
        query=Share(
            among="reader == 'pickle' and mapped_arrays >= 0",
            holds="mapped_arrays == 0",
            least=ALL,
            meaning="map nothing",
        ),
    ),
    Claim(
        name="joblib-shares-memory",
        kind=Kind.RATIO,
        statement="sharing it between processes where a memory mapped object on disk is beneficial",
        source="2024, question 3",
        query=Ratio(column="mmap_private_bytes", left="joblib/joblib-mmap", right="pickle/pickle", says="less"),
    ),
    # Which models can be kept.
    Claim(
        name="pickle-keeps-most",
        kind=Kind.MUST,
        statement="Can serialize most Python objects",
        source="2024, summary table, pickle",
        query=Share(
            among="format == 'pickle' and status in ['ok', 'dump-error', 'crash', 'timeout', 'oom']",
            holds="status == 'ok'",
            least=MOST,
            meaning="could be written",
            table="artifacts",
        ),
    ),
    Claim(
        name="skops-fewer-types",
        kind=Kind.RATIO,
        statement="Supports less types than pickle based formats",
        source="2024, summary table, skops.io",
        query=KeepsFewer(fewer="skops/skops", more="pickle/pickle"),
    ),
    Claim(
        name="onnx-not-all",
        kind=Kind.MAY,
        statement="Not all scikit-learn models are supported",
        source="2024, summary table, ONNX",
        query=KeepsFewer(fewer="onnx*/onnxruntime", more="pickle/pickle", one_is_enough=True),
    ),
    Claim(
        name="cloudpickle-keeps-more",
        kind=Kind.MAY,
        statement="can serialize certain objects which cannot be serialized by pickle or joblib",
        source="2024, 9.4",
        query=Rescues(able="cloudpickle/cloudpickle", unable="pickle/pickle"),
    ),
    # Other versions.
    Claim(
        name="versions-might-load",
        kind=Kind.MAY,
        statement="models saved using one version of scikit-learn might load in other versions",
        source="all three pages",
        query=Share(
            among=VERSIONS, holds="status == 'ok'", least=SOME, only=("sound_at_home",),
            meaning="load and predict the same under another scikit-learn",
            also=(("of them with a version warning", "version_warning == True"),),
        ),
    ),
    Claim(
        name="versions-may-not-load",
        kind=Kind.MAY,
        statement="It is not always possible to load an model trained with older versions",
        source="2024, 9.5.1",
        query=Share(
            among=VERSIONS, holds="status not in ['ok', 'drift']", least=SOME, only=("sound_at_home", "to_newer"),
            meaning="do not work under a newer scikit-learn",
        ),
    ),
    Claim(
        name="versions-drift",
        kind=Kind.MAY,
        statement="operations performed on such data could give different and unexpected results",
        source="all three pages",
        query=Share(
            among=VERSIONS, holds="status == 'drift'", least=SOME, only=("sound_at_home",),
            meaning="load without an error and predict differently",
            also=(
                ("without any version warning", "version_warning != True"),
                ("with other labels", "label_mismatch > 0"),
            ),
        ),
    ),
    Claim(
        name="versions-crash",
        kind=Kind.MAY,
        statement="or even crash your Python process",
        source="2024, 9.5",
        query=Share(
            among=VERSIONS, holds="status == 'crash'", least=SOME, only=("sound_at_home", "same_python"),
            meaning="crash under another scikit-learn and the same Python minor",
        ),
    ),
    Claim(
        name="versions-warned",
        kind=Kind.MUST,
        statement="a InconsistentVersionWarning is raised",
        source="1.4.1, 9.1; before 1.3 the same words in a UserWarning",
        query=Share(
            among=f"{PICKLES} and producer_sklearn != consumer_sklearn and status in ['ok', 'drift', 'predict-error']",
            holds="version_warning == True", least=ALL, only=("sound_at_home",),
            meaning="warn when they are loaded under another scikit-learn",
        ),
    ),
    Claim(
        name="requires-same-dependencies",
        kind=Kind.MAY,
        statement="none of these methods support [...] possibly different versions of other dependencies such as numpy",
        source="2024, 9.1.1",
        query=Share(
            among=(
                f"{OBJECTS} and producer_sklearn == consumer_sklearn and producer_numpy != consumer_numpy "
                f"and {ANSWERED}"
            ),
            holds="status != 'ok'", least=SOME, only=("sound_at_home", "same_python"),
            meaning="do not work, or differ, where only NumPy and SciPy are others",
        ),
    ),
    Claim(
        name="cloudpickle-own-versions",
        kind=Kind.MAY,
        statement="you might need the same version of cloudpickle to load the persisted model",
        source="2024, 9.6",
        query=special.CloudpickleAcross(differs="cloudpickle"),
    ),
    Claim(
        name="cloudpickle-python-minors",
        kind=Kind.MAY,
        statement="No forward compatibility guarantees [from one Python minor to another]",
        source="2024, summary table, cloudpickle",
        query=special.CloudpickleAcross(differs="python"),
    ),
    Claim(
        name="recipe-same-range",
        kind=Kind.MUST,
        statement="check that the cross-validation score is in the same range as before",
        source="all three pages",
        query=Share(
            among=(
                "format == 'recipe' and producer_sklearn != consumer_sklearn and status in ['ok', 'drift'] "
                "and compared.astype('str').str.contains('cross_val_score')"
            ),
            holds="status == 'ok'", least=NEARLY_ALL, only=("sound_at_home",),
            meaning="reach the range of scores when they are fitted anew under another scikit-learn",
        ),
    ),
    # Other machines, and no Python at all.
    Claim(
        name="portable-architectures",
        kind=Kind.MUST,
        statement="Aside for a few exceptions, persisted models should be portable across [...] hardware architectures",
        source="2024, 9.5, and 1.4.1, 9.1.1",
        query=NativeElseEmulated(
            query=Share(
                among=ARCHITECTURES, holds="status == 'ok'", least=NEARLY_ALL, only=("sound_at_home", "same_python"),
                meaning="work on another architecture with the same versions",
            )
        ),
    ),
    Claim(
        name="not-portable-architectures",
        kind=Kind.MAY,
        statement="dumping a model on one architecture and loading it on another architecture is not supported",
        source="the oldest page",
        query=NativeElseEmulated(
            query=Share(
                among=ARCHITECTURES, holds="status != 'ok'", least=SOME, only=("sound_at_home", "same_python"),
                meaning="fail or differ on another architecture with the same versions",
            )
        ),
    ),
    Claim(
        name="onnx-without-python",
        kind=Kind.MUST,
        statement="Serve models without a Python environment",
        source="2024, summary table, ONNX",
        query=Share(
            among=f"format.str.startswith('onnx') and consumer_python.isna() and {ANSWERED}",
            holds="status == 'ok'", least=NEARLY_ALL, only=("sound_at_home",),
            meaning="predict the same where there is no Python",
        ),
    ),
    Claim(
        name="onnx-independent",
        kind=Kind.MUST,
        statement="Serving and training environments independent of one another",
        source="2024, summary table, ONNX",
        query=Share(
            among=f"format.str.startswith('onnx') and producer != consumer and {ANSWERED}",
            holds="status == 'ok'", least=NEARLY_ALL, only=("sound_at_home",),
            meaning="predict the same in another environment",
        ),
    ),
    Claim(
        name="pmml-elsewhere",
        kind=Kind.MUST,
        statement="prediction in a different environment from where the model was trained",
        source="1.4.1, 9.2, PMML",
        query=Share(
            among=f"format.str.startswith('pmml') and producer != consumer and {ANSWERED}",
            holds="status == 'ok'", least=NEARLY_ALL, only=("sound_at_home",),
            meaning="predict the same in another environment",
        ),
    ),
    Claim(
        name="pmml-verbose",
        kind=Kind.RATIO,
        statement="its verbosity does not help in production when performance is critical",
        source="1.4.1, 9.2, PMML",
        query=Ratio(
            column="predict_seconds", left="pmml*/pmml", right="pickle/pickle", says="more",
            also=("size_bytes", "load_seconds"),
        ),
    ),
    Claim(
        name="onnx-less-memory",
        kind=Kind.RATIO,
        statement="typically requires much less RAM than Python to compute predictions from small models",
        source="2024, 9.1.1",
        query=Ratio(
            column="load_private_bytes", left="onnx/onnxruntime", right="pickle/pickle", says="less", among=SMALL,
            also=("load_peak_bytes",),
        ),
    ),
    Claim(
        name="onnx-lean",
        kind=Kind.RATIO,
        statement="where the serving environment needs to be lean and minimal",
        source="2024, 9.2",
        query=Ratio(
            column="cold_start_seconds", left="onnx/onnxruntime", right="pickle/pickle", says="less", among=SMALL
        ),
    ),
    # Security.
    Claim(
        name="pickle-asks-nothing",
        kind=Kind.MAY,
        statement="Loading can execute arbitrary code",
        source="2024, summary table, pickle",
        query=special.builds_what_skops_refuses,
    ),
    Claim(
        name="skops-refuses-untrusted",
        kind=Kind.MAY,
        statement="only loads files which have types and references to functions which are trusted",
        source="1.4.1, 9.1.2, and 2024, 9.3",
        query=Share(
            among="reader == 'skops' and status in ['ok', 'drift', 'predict-error', 'refused']",
            holds="status == 'refused' and cause == 'skops-untrusted-types'", least=SOME,
            meaning="are refused for types that matrix.yaml does not trust",
        ),
    ),
    Claim(
        name="skops-validated-unloaded",
        kind=Kind.MUST,
        statement="Contents can be partly validated without loading",
        source="2024, summary table, skops.io",
        query=special.lists_types_without_loading,
    ),
    Claim(
        name="skops-trusted-true",
        kind=Kind.MUST,
        statement="If you trust the source of the file / object, you can pass trusted=True",
        source="1.4.1, 9.1.2",
        query=Share(
            among=(
                "reader == 'skops-trusted-true' and (status in ['ok', 'drift', 'predict-error'] "
                "or (status == 'refused' and cause == 'skops-trusted-true'))"
            ),
            holds="status != 'refused'", least=ALL,
            meaning="load with trusted=True",
        ),
    ),
)  # fmt: skip
