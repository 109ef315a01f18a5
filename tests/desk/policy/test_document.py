"""A policy's file: what it can say, and where each mistake stands."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.desk.policy.document import LARGEST, MOST_RULES, Declaration, Wish, read, starter
from gst_ims.desk.policy.problems import PolicyWrong, Problem

HEAD = 'name = "purchases"\n'
RULE = '[[rule]]\nname = "one"\naction = "accept"\n'


def said(text: str) -> list[str]:
    """Line, column and words of each problem."""
    with pytest.raises(PolicyWrong) as caught:
        read(text, "p.toml")
    assert str(caught.value) == "\n".join(f"p.toml:{p.line}:{p.column}: {p.message}" for p in caught.value.problems)
    return [f"{p.line}:{p.column}: {p.message}" for p in caught.value.problems]


def test_a_rule_has_everything_that_it_says() -> None:
    (rule,) = read(
        HEAD + '# why\n[[rule]]\nname = "note"\nwhen = "credit_note"\naction = "accept"\nremarks = "As booked"\n'
        'declaration = "as in books"\napproval = 1_00_000\n'
    ).rules
    assert rule.condition is not None
    assert (rule.name, rule.line, rule.condition.sql) == ("note", 3, '"credit_note"')
    assert (rule.wish, rule.remarks, rule.declaration) == (Wish.ACCEPT, "As booked", Declaration.BOOKS)
    assert rule.approval == 1_00_000_00


@pytest.mark.parametrize(
    ("written", "paise"),
    [("", 0), ("approval = true", 0), ("approval = false", None), ("approval = 0", 0), ("approval = 99.50", 9950)],
)
def test_two_pairs_of_eyes_look_unless_the_rule_says_from_when_on(written: str, paise: int | None) -> None:
    assert read(HEAD + RULE + written).rules[0].approval == paise


def test_a_rule_without_a_condition_always_holds_and_declares_in_full() -> None:
    (rule,) = read(HEAD + RULE).rules
    assert (rule.condition, rule.declaration, rule.remarks) == (None, Declaration.FULL, None)


def test_the_lists_of_a_policy_are_those_of_its_rules() -> None:
    rules = "".join(f'[[rule]]\nname = "{n}"\naction = "ask"\nwhen = "in_list(\'{n}\')"\n' for n in ("a", "b"))
    assert read(HEAD + rules).lists == {"a", "b"}


def test_rules_may_stand_in_brackets() -> None:
    policy = read(
        HEAD + 'rule = [\n  {name = "a", action = "ask", when = "filed"},\n  {name = "b", action = "ask"},\n]\n'
    )
    assert [rule.name for rule in policy.rules] == ["a", "b"]
    assert said(HEAD + 'rule = [{name = "a", action = "ask", when = "flied"}]') == [
        "2:1: There is no column `flied`: do you mean `filed`? A text stands in single quotes: 'flied'."
    ]


def test_the_starter_is_safe() -> None:
    policy = read(starter())
    assert {rule.wish for rule in policy.rules} == {Wish.ACCEPT, Wish.ASK}
    assert policy.rules[-1].condition is None
    assert policy.rules[-1].wish is Wish.ASK
    assert all(rule.approval is not None for rule in policy.rules)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: Give the policy a name in the first line"),
        (HEAD, "1:1: There is no rule: begin one with [[rule]]."),
        (HEAD + 'rule = "x"', "2:1: Each rule is a table of its own: begin it with [[rule]]."),
        (HEAD + "[rule]\n", "2:1: Each rule is a table of its own"),
        ('name = "My Policy"\n' + RULE, "1:1: A policy's name has up to 40 small letters"),
        ("name = 3\n" + RULE, "1:1: 'name' is a text: write it in quotes."),
        (HEAD + RULE + "[other]\n", "5:1: There is no 'other' here: there are name, rule."),
        (HEAD + RULE + 'acton = "x"', "5:1: There is no 'acton' here: do you mean 'action'?"),
        (HEAD + '[[rule]]\naction = "ask"\n', "2:1: Give the rule a name"),
        (HEAD + '[[rule]]\nname = ""\naction = "ask"\n', "3:1: A rule's name has 1 to 80 characters"),
        (
            HEAD + '[[rule]]\nname = "one"\n',
            "2:1: Say what is to be done: action = one of accept, reject, pending, ask.",
        ),
        (HEAD + '[[rule]]\nname = "one"\naction = "acept"\n', "4:1: 'acept' isn't known here"),
        (HEAD + RULE + "when = true", "5:1: 'when' is a text: write it in quotes."),
        (HEAD + RULE + 'when = "flied"', "5:9: There is no column `flied`"),
        (HEAD + RULE + "when = '''flied'''", "5:11: There is no column `flied`"),
        (HEAD + RULE + 'when = """\n  filed\n  and flied"""', "7:7: There is no column `flied`"),
        (HEAD + RULE + 'when = """filed \\\n   and flied"""', "6:8: There is no column `flied`"),
        (HEAD + RULE + 'when = "\\u0066iled and flied"', "5:24: There is no column `flied`"),
        (HEAD + RULE + '  "when" = "filed and flied" # when = "x"', "5:23: There is no column `flied`"),
        (HEAD + RULE + 'remarks = ""', "5:1: Remarks are one line of characters that can be seen"),
        (HEAD + RULE + 'remarks = "a\\nb"', "5:1: Remarks are one line of characters that can be seen"),
        (
            HEAD + RULE + f'remarks = "{"a" * 251}"',
            "5:1: The remarks have 251 characters: shorten them to 250 (R6.10).",
        ),
        (HEAD + RULE + 'declaration = "half"', "5:1: 'half' isn't known here: use one of full, none, as in books."),
        (HEAD + RULE + 'declaration = "none"', "5:1: A partial reduction, or none, has to be explained: add remarks"),
        (HEAD + RULE + 'approval = "yes"', "5:1: Write true, false, or from how many rupees of tax on: 1_00_000."),
        (HEAD + RULE + "approval = -1", "5:1: Amount -1 is below zero."),
        (HEAD + RULE + "approval = 1.005", "5:1: Amount 1.005 has more than two decimals."),
        (HEAD + RULE + "approval = nan", "5:1: Amount"),
        (
            HEAD + RULE.replace("accept", "reject") + 'declaration = "full"',
            "5:1: A reduction can be declared on acceptance",
        ),
        (HEAD + RULE.replace("accept", "ask") + 'remarks = "x"', "5:1: Nothing is sent where the rule asks"),
        (HEAD + RULE.replace("accept", "ask") + "approval = true", "5:1: Nothing is approved where the rule asks"),
        (
            HEAD + RULE + '[[rule]]\nname = "two"\naction = "ask"',
            "5:1: This rule never comes to its turn: 'one' before it",
        ),
        ("name = 'x'\nname = 'y'", "2:11: This can't be read: the same line stands here twice."),
        ("name = 'x", "1:10: This can't be read: the quotation mark at the end is missing."),
        ('name = "x\n', "1:10: This can't be read: the quotation mark at the end is missing."),
        ("name = x", "1:8: This can't be read: a text stands in quotation marks, a number, true or false without."),
        ("name = [", "1:9: This can't be read: "),
    ],
)
def test_a_mistake_has_its_line_and_column(text: str, problem: str) -> None:
    assert any(told.startswith(problem) for told in said(text)), said(text)


def test_a_name_stands_once() -> None:
    again = RULE.replace('"accept"', '"accept"\nwhen = "filed"')
    assert said(HEAD + again + again) == ["7:1: There is another rule with the name 'one': choose another name."]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        HEAD
        + '[[rule]]\nname = "a"\nwhen = "flied or vlaue > 1"\nacton = "x"\n[[rule]]\nname = "b"\naction = "maybe"\n'
    )
    assert [line.split(" ")[0] for line in said(text)] == ["2:1:", "4:9:", "4:18:", "5:1:", "8:1:"]


def test_lines_that_end_as_on_windows_are_counted_alike() -> None:
    text = HEAD + RULE + 'when = """\n  filed\n  and flied"""'
    assert said(text.replace("\n", "\r\n")) == said(text)


def test_what_is_too_large_is_refused() -> None:
    assert "more than 500000 characters" in said("#" * (LARGEST + 1))[0]
    rules = "".join(f'[[rule]]\nname = "{n}"\naction = "ask"\nwhen = "filed"\n' for n in range(MOST_RULES + 1))
    assert said(HEAD + rules) == [f"2:1: There are more than {MOST_RULES} rules: use vendor lists."]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" + ".a" * 200_000 + " = 1", "1:1: No name has so many parts."),
        ('[x."b' + '"."b' * 100_000 + '"]\ny = 1', "1:2: No name has so many parts."),
        (HEAD + "[[rule]]\n" * 50_000, f"2:1: There are more than {MOST_RULES} rules: use vendor lists."),
        (HEAD + "x = " + "9" * 5_000, "1:1: This can't be read as rules: look at how they are written."),
    ],
)
def test_what_would_be_read_for_minutes_is_refused(text: str, says: str) -> None:
    assert said(text)[0] == says


def test_of_many_problems_enough_are_told() -> None:
    names = "".join(f"k{n} = 1\n" for n in range(1_000))
    rules = "".join(f'[[rule]]\nname = "{n}"\naction = "ask"\nwhen = "nope"\n' for n in range(MOST_RULES))
    assert len(said(HEAD + names)) == 11, "ten names, and that there is no rule"
    assert len(said(HEAD + rules)) == 100


def test_the_error_can_be_carried_to_another_process() -> None:
    error = PolicyWrong("p.toml", [Problem(2, 1, "b"), Problem(1, 1, "a")])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.problems) == (str(error), error.problems)


@settings(deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_a_policy_or_is_told_its_place(text: str) -> None:
    lines = text.replace("\r\n", "\n").count("\n") + 1
    assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in problems(text))


def problems(text: str) -> tuple[Problem, ...]:
    try:
        read(text)
    except PolicyWrong as error:
        return error.problems
    return ()


WORDS = ["", " ", "\n", "#", "'", '"', '"""', "'''", "\\", "=", "[[rule]]", "[", "]", "when", "name", "filed", "\\n"]


@settings(deadline=None)
@given(middle=st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_whatever_stands_before_it_a_mistake_is_found_where_it_is(middle: str) -> None:
    text = f'{HEAD}[[rule]]\nname = "a"\naction = "ask"\n{middle}\nwhen = "flied"\n'
    for problem in problems(text):
        if "`flied`" in problem.message and "when" not in middle:
            assert text.split("\n")[problem.line - 1][problem.column - 1 :].startswith("flied")
