"""A cross-encoder on this machine: reads two texts together and gives a number a label.

A folder as sentence-transformers and Optimum write it: `model.onnx` (or `onnx/model.onnx`), `tokenizer.json`, and
`config.json` where labels have names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import SettingsError

Logits = NDArray[np.float64]

# Chunks are shorter; models that read more take longer for nothing.
_LONGEST = 512
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class CrossEncoder:
    """One text pair a run, without padding, on a pool of single-threaded runs, as the embedder does it."""

    def __init__(self, folder: Path, threads: int, setting: str) -> None:
        """Load the model and let it read one pair. `setting` is the one that names `folder`.

        Raises:
            SettingsError: files are missing, cannot be read, or are no cross-encoder.
        """
        self._setting, self._folder = setting, folder
        model, tokenizer = self._file("model.onnx", "onnx/model.onnx"), self._file("tokenizer.json")
        try:
            import onnxruntime
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(str(tokenizer))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            config = json.loads(self._config().read_text("utf-8")) if self._config().is_file() else {}
            labels = {int(n): str(label) for n, label in (config.get("id2label") or {}).items()}
            longest = min(_LONGEST, int(config.get("max_position_embeddings") or _LONGEST))
        except Exception as error:  # each of the libraries raises its own, tokenizers a bare Exception
            raise self._refused(f"cannot be loaded ({type(error).__name__}): check its files") from None
        self._inputs = [given.name for given in self._session.get_inputs()]
        if unknown := [name for name in self._inputs if name not in _INPUTS]:
            raise self._refused(f"wants an input {unknown[0]!r}: only {', '.join(_INPUTS)} are known")
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest, strategy="longest_first")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="cross-encoder")
        try:
            width = len(self._logits(("one", "other")))
        except Exception as error:  # as above
            raise self._refused(f"cannot read a pair of texts ({type(error).__name__}): export it anew") from None
        self.labels = [labels.get(n, "") for n in range(width)]

    def logits(self, pairs: Sequence[tuple[str, str]], within: float) -> Logits:
        """(pairs, labels).

        Raises:
            TimeoutError: it took longer than `within` seconds.
            ValueError: a number is not finite.
        """
        rows = list(self._pool.map(self._logits, pairs, timeout=within))
        made: Logits = np.stack(rows) if rows else np.zeros((0, len(self.labels)))
        if not np.isfinite(made).all():
            raise ValueError("not a finite number")
        return made

    def _logits(self, pair: tuple[str, str]) -> Logits:
        read = self._tokenizer.encode(_encodable(pair[0]), _encodable(pair[1]))
        given = {"input_ids": read.ids, "attention_mask": read.attention_mask, "token_type_ids": read.type_ids}
        made = self._session.run(None, {name: np.array([given[name]], np.int64) for name in self._inputs})[0]
        row: Logits = np.asarray(made, np.float64).reshape(-1)
        return row

    def _config(self) -> Path:
        return self._folder / "config.json"

    def _file(self, *names: str) -> Path:
        found = next((self._folder / name for name in names if (self._folder / name).is_file()), None)
        if found is None:
            raise self._refused(f"has no file {names[0]}")
        return found

    def _refused(self, what: str) -> SettingsError:
        return SettingsError(f"{self._setting}: the folder {self._folder} {what}.")


def cross_encoder(folder: Path, threads: int, setting: str) -> CrossEncoder:
    """The model in a folder, loaded once for as long as its file stays the same. Raises as `CrossEncoder` does."""
    files = (folder / "model.onnx", folder / "onnx/model.onnx")
    changed = tuple(file.stat().st_mtime_ns for file in files if file.is_file())
    return _kept(folder, threads, setting, changed)


@lru_cache(maxsize=2)
def _kept(folder: Path, threads: int, setting: str, _changed: tuple[int, ...]) -> CrossEncoder:
    return CrossEncoder(folder, threads, setting)


def _encodable(text: str) -> str:
    """Half of a surrogate pair has no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
