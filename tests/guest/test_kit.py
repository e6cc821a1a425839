"""Kits, as a program of their own, under whatever Python runs this."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(os.path.dirname(os.path.dirname(HERE)), "harness", "guest")
#: What starts a kit. The host's own is compared with it in the tests of the engine.
START = "import sys\nfrom guest.kit.program import main\nsys.exit(main())\n"
ARTIFACT, ROWS = b"bytes", b'{"kind":"texts","items":["x","yy"]}'


def digest(data):
    return hashlib.sha256(data).hexdigest()


def task(deed, private=False, artifact=ARTIFACT):
    return {
        "id": "a/%s/deeds>%s" % (deed, deed),
        "sha256": digest(artifact),
        "inputs_sha256": digest(ROWS),
        "methods": ["predict"],
        "probes": [],
        "known": [],
        "module": "stub_deeds",
        "options": {},
        "reader": deed,
        "at": "",
        "main": {},
        "private": private,
    }


class Kit:
    """A kit of some deeds, in a folder of its own."""

    def __init__(self, *deeds, **more):
        self.folder = tempfile.mkdtemp()
        self.path = os.path.join(self.folder, "kit.pyz")
        self.output = os.path.join(self.folder, "facts.json")
        tasks = [task(deed, private=more.get("private", False)) for deed in deeds]
        manifest = {"kit": 1, "run_id": "run", "seconds": 30, "formats": ["stub_deeds"], "tasks": tasks}
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for folder, _, names in os.walk(GUEST):
                for name in names:
                    if name.endswith(".py") and os.path.basename(folder) != "cases":
                        path = os.path.join(folder, name)
                        archive.write(path, "guest/" + os.path.relpath(path, GUEST))
            archive.write(os.path.join(HERE, "stub_deeds.py"), "stub_deeds.py")
            archive.writestr("__main__.py", START)
            archive.writestr("bundle/manifest.json", json.dumps(manifest))
            archive.writestr("bundle/objects/" + digest(ARTIFACT), more.get("stored", ARTIFACT))
            archive.writestr("bundle/objects/" + digest(ROWS), ROWS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def run(self, *words, **more):
        """The exit code, and what was printed."""
        start = [sys.executable, *more.get("before", ["-I"])]
        done = subprocess.Popen(
            start + [self.path, "--output", self.output, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
        )
        printed = done.communicate()[0].decode("utf-8", "replace")
        assert more.get("code", 0) == done.returncode, (done.returncode, printed)
        return printed

    def facts(self):
        with open(self.output) as file:
            return json.load(file)

    def answers(self):
        """By deed."""
        return {one["id"].rpartition(">")[2]: one for one in self.facts()["cells"]}

    def left(self):
        return sorted(os.listdir(self.folder))


LACKING = ["-I", os.path.join(HERE, "lacking.py")]
SAID = {"type": "ValueError", "message": "asked with x/yy"}


def check_answer(one):
    said = one["outputs"]["predict"]
    assert {key: said[key] for key in SAID} == SAID, one
    assert one["event"] == "cell" and one["step"] == "predict"


def test_it_writes_what_each_model_answers_and_leaves_nothing_else():
    with Kit("answers", "raises", "exits") as kit:
        printed = kit.run("--yes")
        assert "WITHOUT A SANDBOX" in printed and "Python %d.%d" % sys.version_info[:2] in printed
        assert kit.left() == ["facts.json", "kit.pyz"]
        answers = kit.answers()
        check_answer(answers["answers"])
        assert answers["raises"]["error"]["message"] == "not today"
        assert answers["exits"]["error"]["type"] == "SystemExit"
        facts = kit.facts()
        assert facts["environment"]["python"] == sys.version.split()[0] and facts["run_id"] == "run"
        assert facts["wanted"]["a/raises/deeds>raises"] == digest(ARTIFACT)


def test_it_asks_first_and_without_anybody_there_it_says_what_to_do():
    with Kit("answers") as kit:
        assert "--yes" in kit.run(code=2)
        assert kit.left() == ["kit.pyz"]


def test_what_ends_the_process_is_told_and_the_others_are_not_lost():
    with Kit("answers", "leaves", "aborts", "raises") as kit:
        kit.run("--yes")
        answers = kit.answers()
        check_answer(answers["answers"])
        for deed in ("leaves", "aborts"):
            assert (answers[deed]["event"], answers[deed]["step"]) == ("ended", "load")
        assert answers["raises"]["error"]["message"] == "not today"


def test_in_one_process_the_next_start_goes_on_behind_what_ended_it():
    with Kit("answers", "leaves", "raises") as kit:
        kit.run("--yes", "--one-process", code=0)  # os._exit(0) of a model
        assert kit.left() == ["facts.json.objects", "facts.json.overtime", "facts.json.part", "kit.pyz"]
        assert "ended      its process: a/leaves/deeds>leaves" in kit.run("--yes", "--one-process")
        answers = kit.answers()
        check_answer(answers["answers"])
        assert answers["leaves"]["event"] == "ended"
        assert answers["raises"]["error"]["message"] == "not today"


def test_a_line_that_was_cut_short_is_done_again():
    with Kit("answers", "leaves", "raises") as kit:
        kit.run("--yes", "--one-process")
        with open(kit.output + ".part", "ab") as file:
            file.write(b'{"event":"cell","id":"a/raises/deeds>rai')
        kit.run("--yes", "--one-process")
        assert kit.answers()["raises"]["error"]["message"] == "not today"


def test_what_takes_too_long_is_told_as_that():
    with Kit("hangs", "raises") as kit:
        kit.run("--yes", "--seconds", "0.5")
        answers = kit.answers()
        assert (answers["hangs"]["event"], answers["hangs"]["seconds"]) == ("overtime", 0.5)
        assert answers["raises"]["error"]["message"] == "not today"


def test_who_changes_the_process_is_the_last_in_it():
    with Kit("changes", "moves", "answers") as kit:
        printed = kit.run("--yes", "--one-process", code=1)
        assert "a/changes/deeds>changes may have changed" in printed
        kit.run("--yes", "--one-process", code=1)
        kit.run("--yes", "--one-process")
        check_answer(kit.answers()["answers"])
    with Kit("changes", "moves", "answers") as kit:
        kit.run("--yes")
        assert set(kit.answers()) == {"changes", "moves", "answers"}


def test_a_model_that_forks_answers_once():
    with Kit("forks", "answers") as kit:
        kit.run("--yes")
        check_answer(kit.answers()["forks"])
        check_answer(kit.answers()["answers"])


def test_an_interrupt_blames_no_model():
    with Kit("interrupts", "answers") as kit:
        assert "the same command goes on" in kit.run("--yes", "--one-process", code=130)
        with open(kit.output + ".part") as lines:
            assert json.loads(list(lines)[-1]) == {"interrupted": "a/interrupts/deeds>interrupts"}


def test_it_needs_nothing_that_only_posix_has():
    with Kit("answers", "raises", "leaves", "changes") as kit:
        kit.run("--yes", before=LACKING)  # ends by os._exit(0)
        kit.run("--yes", before=LACKING, code=0)
        answers = kit.answers()
        check_answer(answers["answers"])
        assert answers["leaves"]["event"] == "ended"
        assert kit.facts()["environment"]["system"] == "win32"


def test_without_include_data_models_of_a_users_own_tell_digests_only():
    with Kit("raises", "answers", private=True) as kit:
        assert "only digests" in kit.run("--yes")
        answers = kit.answers()
        assert answers["raises"]["error"]["traceback"] is None
        assert set(answers["answers"]["outputs"]["predict"]) == {"kind", "type", "message"}
        os.remove(kit.output)
        assert "only digests" not in kit.run("--yes", "--include-data")
        assert "load_raises" in kit.answers()["raises"]["error"]["traceback"]


def test_outputs_are_withheld_as_the_digest_of_what_would_be_sent():
    from guest.kit.working import withheld

    value = {"kind": "texts", "items": ["a"]}
    sent = withheld({"event": "cell", "outputs": {"predict": value, "coef_": {"kind": "absent"}}})
    text = '{"items":["a"],"kind":"texts"}'
    assert sent["outputs"]["predict"] == {"kind": "digest", "sha256": digest(text.encode("ascii"))}
    assert sent["outputs"]["coef_"] == {"kind": "absent"}
    assert value == {"kind": "texts", "items": ["a"]}


def test_a_damaged_kit_runs_nothing():
    with Kit("answers", stored=b"others") as kit:
        assert "damaged" in kit.run("--yes", code=2)
        assert kit.left() == ["kit.pyz"]


def test_what_is_there_is_not_overwritten_and_what_another_kit_began_not_continued():
    with Kit("answers", "leaves", "raises") as kit, Kit("raises") as other:
        kit.run("--yes", "--one-process")
        shutil.copy(kit.output + ".part", other.output + ".part")
        assert "begun by another kit" in other.run("--yes", code=2)
        kit.run("--yes")
        assert "is there already" in kit.run("--yes", code=2)
