"""Which estimators a model is made of: itself and what is among its parameters."""

from guest.parts import MOST, TEXT, parts


class Estimator:
    def __init__(self, **parameters):
        self.given = parameters

    def get_params(self, deep=True):
        return self.given

    def __repr__(self):
        return "%s(...)" % type(self).__name__


class Scaler(Estimator):
    pass


class Model(Estimator):
    pass


def test_a_model_alone_is_its_only_part():
    (part,) = parts(Model(loss="log"))
    assert (part["path"], part["class"].rpartition(".")[2], part["parameters"]) == ("", "Model", {"loss": "'log'"})


def test_steps_and_what_they_hold_are_parts_with_their_paths_and_parameters():
    search = Model(estimator=Model(steps=[("scale", Scaler()), ("model", Model(C=2), ["age"])]))
    found = {part["path"]: part for part in parts(search)}
    assert sorted(found) == ["", "estimator", "estimator.steps[0][1]", "estimator.steps[1][1]"]
    assert found["estimator.steps[1][1]"]["parameters"] == {"C": "2"}


def test_equal_parts_are_told_once_and_no_more_than_some():
    assert len(parts(Model(steps=[Scaler(), Scaler()]))) == 2
    assert len(parts(Model(steps=[Scaler(C=number) for number in range(2 * MOST)]))) == MOST


def test_a_class_among_the_parameters_is_none_and_a_model_within_itself_ends():
    endless = Model()
    endless.given["estimator"] = endless
    assert len(parts(endless)) == 1
    assert len(parts(Model(kind=Model))) == 1


def test_texts_are_cut_and_a_model_that_cannot_tell_its_parameters_has_none():
    class Silent(Estimator):
        def get_params(self, deep=True):
            raise RuntimeError("no")

    class Unprintable:
        def __repr__(self):
            raise ValueError("no")

    assert parts(Silent())[0]["parameters"] == {}
    (part,) = parts(Model(text="x" * 999, odd=Unprintable()))
    assert len(part["parameters"]["text"]) == TEXT
    assert part["parameters"]["odd"] == "<ValueError while writing it>"
