"""Figures of others that ours stand beside."""

from __future__ import annotations

# BM25 (bm25s, k1 1.2, b 0.75, Lucene form) over chunks cut at sentence ends, by set, kind (None: all) and level.
# English by stemmed words without stop words, Chinese by jieba; the title stands before each chunk.
BM25_FIGURES = ("hits@1", "hits@4", "hits@10", "recall@4", "recall@10", "all@10", "MRR@10", "nDCG@10")
BM25: dict[tuple[str, str | None, str], tuple[float, ...]] = {
    ("multihop_snippets", None, "doc"): (0.811, 0.923, 1.000, 0.707, 0.872, 0.664, 0.868, 0.794),
    ("multihop_snippets", None, "quote"): (0.811, 0.923, 0.993, 0.707, 0.858, 0.650, 0.867, 0.793),
    ("multihop_snippets", "comparison_query", "doc"): (0.863, 0.922, 1.000, 0.791, 0.971, 0.922, 0.896, 0.865),
    ("multihop_snippets", "comparison_query", "quote"): (0.863, 0.922, 1.000, 0.791, 0.954, 0.882, 0.895, 0.865),
    ("multihop_snippets", "inference_query", "doc"): (0.852, 0.982, 1.000, 0.687, 0.813, 0.500, 0.908, 0.784),
    ("multihop_snippets", "inference_query", "quote"): (0.852, 0.982, 1.000, 0.687, 0.807, 0.500, 0.908, 0.787),
    ("multihop_snippets", "temporal_query", "doc"): (0.684, 0.842, 1.000, 0.623, 0.825, 0.553, 0.773, 0.712),
    ("multihop_snippets", "temporal_query", "quote"): (0.684, 0.842, 0.974, 0.623, 0.803, 0.553, 0.770, 0.704),
    ("realtimeqa_news", None, "doc"): (0.615, 0.783, 0.904, 0.783, 0.904, 0.904, 0.699, 0.715),
    ("realtimeqa_news", None, "quote"): (0.482, 0.723, 0.831, 0.723, 0.831, 0.831, 0.594, 0.651),
    ("xquad_en", "en", "doc"): (0.966, 1.000, 1.000, 1.000, 1.000, 1.000, 0.983, 0.987),
    ("xquad_en", "en", "quote"): (0.945, 0.993, 1.000, 0.993, 1.000, 1.000, 0.969, 0.977),
    ("xquad_zh", "zh", "doc"): (0.935, 0.995, 1.000, 0.995, 1.000, 1.000, 0.963, 0.972),
    ("xquad_zh", "zh", "quote"): (0.926, 0.995, 1.000, 0.995, 1.000, 1.000, 0.958, 0.968),
    ("xquad_en", "zh_to_en", "doc"): (0.120, 0.168, 0.168, 0.168, 0.168, 0.168, 0.139, 0.146),
    ("xquad_en", "zh_to_en", "quote"): (0.120, 0.168, 0.168, 0.168, 0.168, 0.168, 0.139, 0.146),
    ("xquad_zh", "en_to_zh", "doc"): (0.161, 0.374, 0.427, 0.374, 0.427, 0.427, 0.245, 0.290),
    ("xquad_zh", "en_to_zh", "quote"): (0.153, 0.362, 0.424, 0.362, 0.424, 0.424, 0.237, 0.283),
    ("squad2", None, "doc"): (0.780, 0.947, 0.977, 0.947, 0.977, 0.977, 0.857, 0.887),
    ("squad2", None, "quote"): (0.780, 0.933, 0.977, 0.933, 0.977, 0.977, 0.855, 0.885),
    ("cmrc2018", None, "doc"): (0.975, 0.995, 0.995, 0.995, 0.995, 0.995, 0.984, 0.987),
    ("cmrc2018", None, "quote"): (0.915, 0.993, 0.995, 0.993, 0.995, 0.995, 0.952, 0.963),
    ("rgb_zh", None, "doc"): (0.495, 0.778, 0.929, 0.707, 0.845, 0.758, 0.637, 0.521),
    ("rgb_zh", None, "quote"): (0.515, 0.788, 0.929, 0.717, 0.849, 0.768, 0.651, 0.676),
    ("rgb_zh", "integration", "doc"): (0.294, 0.529, 0.824, 0.324, 0.578, 0.324, 0.430, 0.270),
    ("rgb_zh", "integration", "quote"): (0.353, 0.559, 0.824, 0.353, 0.588, 0.353, 0.471, 0.430),
    ("rgb_zh", "single", "doc"): (0.600, 0.908, 0.985, 0.908, 0.985, 0.985, 0.746, 0.653),
    ("rgb_zh", "single", "quote"): (0.600, 0.908, 0.985, 0.908, 0.985, 0.985, 0.746, 0.805),
    ("rgb_en", None, "doc"): (0.409, 0.727, 0.909, 0.727, 0.909, 0.909, 0.548, 0.592),
    ("rgb_en", None, "quote"): (0.409, 0.727, 0.909, 0.727, 0.909, 0.909, 0.548, 0.634),
    ("scifact", None, "doc"): (0.591, 0.739, 0.829, 0.720, 0.811, 0.792, 0.663, 0.694),
    ("scifact", None, "quote"): (0.776, 0.887, 0.949, 0.874, 0.941, 0.931, 0.831, 0.855),
}

# Share of a claim's words that stand in its passage: (balanced accuracy at the threshold best on these rows, AUROC).
WORD_OVERLAP: dict[str, tuple[float, float]] = {
    "qags-cnndm": (0.596, 0.589),
    "qags-xsum": (0.686, 0.682),
    "rgb-en": (0.784, 0.805),
    "rgb-zh": (0.717, 0.787),
    "scifact": (0.696, 0.746),
    "wice": (0.721, 0.763),
}

# What is to be reached: set, kind (None: all), level, figure, least value.
BARS: tuple[tuple[str, str | None, str, str, float], ...] = (
    ("realtimeqa_news", None, "doc", "MRR@10", 0.80),
    ("realtimeqa_news", None, "quote", "hits@4", 0.85),
    ("multihop_snippets", None, "doc", "all@10", 0.80),
    ("rgb_zh", None, "doc", "hits@4", 0.90),
    ("rgb_zh", None, "quote", "hits@4", 0.90),
    ("rgb_zh", "integration", "doc", "all@10", 0.55),
    ("rgb_zh", "integration", "quote", "all@10", 0.55),
    ("scifact", None, "doc", "nDCG@10", 0.72),
    ("xquad_en", "zh_to_en", "doc", "hits@5", 0.92),
    ("xquad_en", "en", "doc", "hits@1", 0.96),
    ("xquad_zh", "zh", "doc", "hits@1", 0.95),
)
