from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms import question_terms
from service.retrieval.parts import clauses_in, parts_of, questions_in
from service.retrieval.side_by_side import MOST

SEVERAL = [
    # 分别、各、哪个更
    ("亦庄仓库和嘉兴仓库六月分别发出多少件包裹？", ["亦庄仓库六月发出多少件包裹？", "嘉兴仓库六月发出多少件包裹？"]),
    ("2021年和2022年的营业额分别是多少？", ["2021年的营业额是多少？", "2022年的营业额是多少？"]),
    ("2021年和2022年公司年会的主持人是谁", ["2021年公司年会的主持人是谁", "2022年公司年会的主持人是谁"]),
    ("2023年和2024年员工人数", ["2023年员工人数", "2024年员工人数"]),
    ("研发部和市场部的预算各是多少？", ["研发部的预算是多少？", "市场部的预算是多少？"]),
    ("员工的年假、病假和婚假各有几天？", ["员工的年假有几天？", "员工的病假有几天？", "员工的婚假有几天？"]),
    ("甲队、乙队和丙队2023年的得分分别是多少？",
     ["甲队2023年的得分是多少？", "乙队2023年的得分是多少？", "丙队2023年的得分是多少？"]),
    ("昆山和东莞哪个仓库更大？", ["昆山哪个仓库更大？", "东莞哪个仓库更大？"]),
    ("618和双11的退货率有什么不同？", ["618的退货率有什么不同？", "双11的退货率有什么不同？"]),
    ("比较一下昆山仓库和东莞仓库的退货率", ["昆山仓库的退货率", "东莞仓库的退货率"]),
    ("年假和病假有什么区别？", ["年假有什么区别？", "病假有什么区别？"]),
    ("男子和女子马拉松的冠军分别是谁？", ["男子马拉松的冠军是谁？", "女子马拉松的冠军是谁？"]),
    ("服装的退货率和食品的退货率哪个高？", ["服装的退货率哪个高？", "食品的退货率哪个高？"]),
    ("如何处理破损的和丢失的包裹？", ["如何处理破损的包裹？", "如何处理丢失的包裹？"]),
    ("谁负责检查仓库的门及其钥匙？", ["谁负责检查仓库的门？", "谁负责检查仓库的钥匙？"]),
    ("产品和服务的价格分别是多少？", ["产品的价格是多少？", "服务的价格是多少？"]),
    ("系统和平台的负责人是谁？", ["系统的负责人是谁？", "平台的负责人是谁？"]),
    ("中国与日本的运费分别是多少？", ["中国的运费是多少？", "日本的运费是多少？"]),
    ("北京跟上海的运费分别是多少？", ["北京的运费是多少？", "上海的运费是多少？"]),
    # 书名
    ("《山海之间：远方》内地和台湾上映日期", ["《山海之间：远方》内地上映日期", "《山海之间：远方》台湾上映日期"]),
    ("《和平饭店》的导演和编剧是谁？", ["《和平饭店》的导演是谁？", "《和平饭店》的编剧是谁？"]),
    ("《雨与雪》和《春与秋》的作者是谁？", ["《雨与雪》的作者是谁？", "《春与秋》的作者是谁？"]),
    # 两个问题
    ("《海与灯》是什么类型的小说？它的作者是谁？", ["《海与灯》是什么类型的小说？", "《海与灯》 它的作者是谁？"]),
    ("公司什么时候成立？总部在哪里？", ["公司什么时候成立？", "总部在哪里？"]),
    ("What is the difference between annual leave and sick leave?",
     ["What is the annual leave", "What is the sick leave"]),
    ("What's the difference between a van and a truck in fuel use?",
     ["What's a van in fuel use", "What's a truck in fuel use"]),
    ("What is the difference between leave for drivers and sick leave?",
     ["What is the leave for drivers", "What is the sick leave"]),
    ("Compare Kunshan and Dongguan on returns.", ["Kunshan on returns", "Dongguan on returns"]),
    ("Compare Kunshan with Dongguan", ["Kunshan", "Dongguan"]),
    ("Compare returns in 2022 and 2023", ["returns in 2022", "returns in 2023"]),
    ("Compare the terms and conditions of Kunshan with those of Dongguan.",
     ["the terms and conditions of Kunshan", "those of Dongguan"]),
    ("Compare Holt and Sons with Pike and Daughters", ["Holt and Sons", "Pike and Daughters"]),
    ("How do the returns of Kunshan and Dongguan compare?",
     ["How do the returns of Kunshan compare", "How do the returns of Dongguan compare"]),
    ("Do Kunshan and Dongguan differ in staff?", ["Do Kunshan differ in staff", "Do Dongguan differ in staff"]),
    ("Which warehouse is larger, Kunshan or Dongguan?",
     ["Which warehouse is larger Kunshan", "Which warehouse is larger Dongguan"]),
    ("Kunshan returns vs Dongguan returns", ["Kunshan returns", "Dongguan returns"]),
    ("When were Ann Lee and Bob Ray hired, respectively?", ["When were Ann Lee hired", "When were Bob Ray hired"]),
    ("How many staff has Kunshan, and when did it open?", ["How many staff has Kunshan", "Kunshan when did it open?"]),
    ("How many staff has the Kunshan warehouse? When did it open?",
     ["How many staff has the Kunshan warehouse?", "Kunshan When did it open?"]),
    ('Who wrote "Sea and Lamp" and who translated it?',
     ['Who wrote "Sea and Lamp"', '"Sea and Lamp" who translated it?']),
    ("What did the CEO say about growth and what did the CFO say about costs?",
     ["What did the CEO say about growth", "what did the CFO say about costs?"]),
    ("What are the fees and what are the fines?", ["What are the fees", "what are the fines?"]),
]  # fmt: skip

WHOLE = [
    "",
    "？",
    "公司的和平倡议是什么时候签署的？",
    "快递员及时送达率是多少？",
    "与会者有多少人？",
    "怎样普及安全知识？",
    "参与培训的条件是什么？",
    "埃及的仓库在哪里？",
    "阿尔及利亚的运费是多少？",
    "怎么跟踪包裹？",
    "呼和浩特的仓库有多大？",
    "奖金总和是多少？",
    "《雨与雪》的作者是谁？",
    "“早与晚”活动有几天？",
    "年假有几天？",
    "王小明和谁一起创办了公司？",
    "李雷在哪一年和韩梅梅结婚？",
    "仓库和车队之间的矛盾怎么解决？",
    "他和公司的关系是什么？",
    "昆山和东莞什么时候合并？",
    "公开赛张三丰和李四光成绩？",
    "退货率是多少？又是谁公布的？",
    "昆山仓库有多少员工？东莞仓库呢？",
    "How many days of annual leave are there?",
    "Where is salt and pepper kept in the canteen?",
    "How much do we spend on R&D?",
    "What do the terms and conditions say about refunds?",
    "What is the difference between terms and conditions?",
    "Who founded Holt and Sons?",
    "What is the difference between Holt and Sons and Pike and Daughters?",
    'Who wrote "Sea and Lamp"?',
    "Where and when was the fair held?",
    "Does anybody know who and what was lost?",
    "What happened to live streaming and why?",
    "What is the fee in Kunshan? And in Dongguan?",
    "Who is the manager who opened the depot and who closed it?",
    "The depots are large, dry and what else?",
    "Kunshan vs Dongguan returns",
    "What is the policy on drugs and alcohol?",
    "Compare 2022 and 2023",
    "Which depot that Mara Lindqvist opened and which Pike closed sells most shoes?",
    "What happened to the Kunshan depot and why?",
    "今年公司和哪家工厂的合同最大？",
    "2023年公开赛张三丰和李四光成绩？",
    "2023年乒乓球公开赛张三丰和李四光成绩？",
    "Compare Holt and Sons and Pike",
]


@pytest.mark.parametrize(("question", "parts"), SEVERAL)
def test_a_question_of_several_is_cut_so_that_each_stands_alone(question: str, parts: list[str]) -> None:
    assert [part.rstrip(".") for part in questions_in(question)] == parts
    assert parts_of(question) == questions_in(question)


@pytest.mark.parametrize("question", WHOLE)
def test_a_question_of_one_part_stays_whole(question: str) -> None:
    assert parts_of(question) == []


CLAIMS = [
    (
        "Which supplier, as reported by Logistics Weekly, lost its licence in May, was fined for late deliveries by "
        "the port, and later sold its warehouse in Kunshan to a rival?",
        [
            "Which supplier, as reported by Logistics Weekly, lost its licence in May",
            "was fined for late deliveries by the port",
            "later sold its warehouse in Kunshan to a rival?",
        ],
    ),
    (
        "Who is the person, known to the auditors, who lost the parcels of the Ningbo depot in spring and was accused "
        "by the manager of hiding damaged boxes, as told by the staff paper and the board?",
        [
            "Who is the person, known to the auditors, who lost the parcels of the Ningbo depot in spring",
            "was accused by the manager of hiding damaged boxes, as told by the staff paper and the board?",
        ],
    ),
    (
        "Does the memo on Kunshan say that returns fell after new labels came, while the memo on Dongguan says that "
        "returns rose once the scanners broke, as reported by the newsletter in both cases?",
        [
            "Does the memo on Kunshan say that returns fell after new labels came",
            "the memo on Dongguan says that returns rose once the scanners broke, as reported by the newsletter in "
            "both cases?",
        ],
    ),
]


@pytest.mark.parametrize(("question", "clauses"), CLAIMS)
def test_clauses_of_a_long_question_keep_what_hangs_on_them(question: str, clauses: list[str]) -> None:
    assert clauses_in(question) == clauses
    assert questions_in(question) == []
    assert parts_of(question) == clauses


@pytest.mark.parametrize(
    "question",
    [
        "Which depot, Ningbo, saw its parcel count rise in the spring of last year, had its roof rebuilt, and in 2019?",
        "Was there a change in what the paper said of Kunshan between May 3, 2023, and the report of June 9, 2024?",
        "The depot, which opened late after heavy storms, lost its roof, its gate, its lamps, its vans, and its name.",
    ],
)
def test_no_clause_is_a_date_or_a_word_or_part_of_a_statement(question: str) -> None:
    assert all(len(question_terms(part)) >= 4 for part in clauses_in(question))
    assert "and in 2019?" not in clauses_in(question)


def test_a_long_list_stays_whole_rather_than_being_cut_off() -> None:
    assert questions_in("甲、乙、丙、丁、戊和己的得分分别是多少？") == []


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("对比《雨与雪》和昆山", ["《雨与雪》", "昆山"]),
        ("《雨与雪》和昆山", []),
        ("《雨与雪》和昆山的退货率分别是多少？", ["《雨与雪》的退货率是多少？", "昆山的退货率是多少？"]),
    ],
)
def test_a_name_in_brackets_is_not_cut(question: str, parts: list[str]) -> None:
    assert questions_in(question) == parts


PIECES = [
    *(
        "昆山",
        "和",
        "的退货率",
        "分别",
        "《雨与雪》",
        "2022年",
        "是多少",
        "？",
        "、",
        "，",
        "谁",
        "「东」",
        " and ",
        "what ",
    ),
    *("Kunshan ", "compare ", "of ", ", ", "with ", "?", "which ", "returns ", "respectively", "vs "),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=60))
def test_parts_of_any_text_are_few_distinct_and_can_be_searched(text: str) -> None:
    parts = parts_of(text)
    assert len(parts) != 1
    assert len(parts) <= MOST
    assert len(set(parts)) == len(parts)
    assert all(question_terms(part) for part in parts)
    assert all(part.count("《") == part.count("》") for part in parts if text.count("《") == text.count("》"))
    assert parts == parts_of(f"  {text} ")
