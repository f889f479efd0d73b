"""What a named asker asked is theirs alone; what nobody in particular asked is for whoever may read what it cites."""

from __future__ import annotations

from ingest.index import Catalogue
from service.answer import Question
from service.conversations.access import OWNER
from service.conversations.store import Conversations
from service.identity import Identity
from tests.service.conversations.test_store import answer, ask, catalogue, ids, kept

__all__ = ["catalogue"]

ANN, BOB, NOBODY = (Identity(name=name) for name in ("ann", "bob", None))
ADMIN = Identity(name="root", scopes=frozenset(("admin",)))


def before(conversations: Conversations, asker: str | None, conversation: str = "con_1") -> list[str]:
    question = Question("And then?", conversation_id=conversation, asker=asker)
    return [t.answer.id for t in conversations.before(question, 9)]


def test_a_named_askers_turns_exist_for_them_and_for_whoever_administers(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1), asker="ann")
        ask(conversations, answer(2))
        assert ids(conversations, ANN) == ["ans_con_1_1"]
        for other in (BOB, NOBODY):
            assert ids(conversations, other) == ["ans_con_1_2"]
            assert conversations.turn("ans_con_1_1", other) is None
            assert conversations.turn("ans_con_1_2", other) is not None
        for one in (ADMIN, OWNER):
            assert ids(conversations, one) == ["ans_con_1_1", "ans_con_1_2"]
            assert conversations.turn("ans_con_1_1", one) is not None


def test_an_administrators_groups_still_decide(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1, articles=("secret",)), "hr", asker="ann")
        assert ids(conversations, ADMIN) == []
        assert ids(conversations, OWNER) == ["ans_con_1_1"]
        assert ids(conversations, Identity(("hr",), "root", frozenset(("admin",)))) == ["ans_con_1_1"]


def test_a_conversation_is_gone_on_with_by_nobody_else(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1), asker="ann")
        ask(conversations, answer(2), asker="bob")
        ask(conversations, answer(3))
        assert before(conversations, "ann") == ["ans_con_1_1"]
        assert before(conversations, "bob") == ["ans_con_1_2"]
        assert before(conversations, None) == ["ans_con_1_3"]
        assert before(conversations, "eve") == []


def test_it_is_so_before_they_are_written_too(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        conversations.prepare()
        with catalogue.writing():
            conversations.keep(Question("Question 1?", asker="ann"), answer(1))
            assert ids(conversations, ANN) == ["ans_con_1_1"]
            assert (ids(conversations, BOB), before(conversations, "bob")) == ([], [])
            assert conversations.turn("ans_con_1_1", NOBODY) is None
            assert before(conversations, "ann") == ["ans_con_1_1"]


def test_deleting_a_conversation_leaves_other_peoples_of_the_same_id(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        for number, asker in enumerate(("ann", "bob", None, "root"), 1):
            ask(conversations, answer(number), asker=asker)
        assert conversations.forget("con_1", ANN) == 1
        assert conversations.forget("con_1", ADMIN) == 1
        assert ids(conversations, OWNER) == ["ans_con_1_2", "ans_con_1_3"]
        assert conversations.forget("con_1", ADMIN) == 2
        assert ids(conversations, OWNER) == []


def test_visitors_who_share_a_token_without_a_user_are_nobody_in_particular(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1), asker="widget:key1")
        ask(conversations, answer(2), asker="widget:key1:ann")
        turn = conversations.turn("ans_con_1_1", NOBODY)
        assert turn is not None
        assert turn.asker is None
        assert conversations.turn("ans_con_1_2", Identity(name="widget:key1")) is None
        assert before(conversations, "widget:key1:ann") == ["ans_con_1_2"]
