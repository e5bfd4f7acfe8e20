"""Train the letter-to-sound model on the packed dictionary; needs torch.

    python tools/train_letters.py src/musicengine/lyrics/data/letters.npz [--measure]

Every letter says a chunk of no, one or two phones. Which letter says which phones of a training word is found by
expectation maximisation (Damper et al., "Aligning text and phonemes for speech technology applications using an
EM-like algorithm", 2005, in its hard form). A small convolutional network then names each letter's chunk from the
letters around it. Words whose MD5 is divisible by ten are never trained on; accuracy is reported on them alone.
Weights are stored as small integers, one scale a column; accuracy is measured after that.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from musicengine.lyrics import letters
from musicengine.lyrics.dictionary import dictionary

Chunk = tuple[str, ...]
KERNEL = 3
DILATIONS = (1, 1, 2, 4, 2, 1)
FED_BACK = (1, 3)  # the layers whose guesses the following ones see
EARLY = 0.2  # the weight of the loss of scores that are fed back
LEVELS = 63  # of the stored weights, on either side of 0: less than int8 holds, because it packs better


def examples() -> list[tuple[str, Chunk]]:
    """Every word of letters and apostrophes with its usual pronunciation."""
    found = ((word, dictionary().pronunciations(word)[0]) for word in dictionary())
    return [(word, phones) for word, phones in found if set(word) <= set(letters.LETTERS) and len(word) < 24]


def is_held_out(word: str) -> bool:
    """Whether the word is kept for measuring."""
    return int(hashlib.md5(word.encode()).hexdigest(), 16) % 10 == 0


# ---------------------------------------------------------------------------------------------------- the alignment


def align(word: str, phones: Chunk, cost: dict[tuple[str, Chunk], float]) -> list[Chunk] | None:
    """The cheapest way to share the phones out among the letters, no, one or two each."""
    plain = tuple(phone.rstrip("012") for phone in phones)
    best: list[list[tuple[float, int]]] = [[(math.inf, 0)] * (len(phones) + 1) for _ in range(len(word) + 1)]
    best[0][0] = (0.0, 0)
    for i, letter in enumerate(word):
        for j in range(len(phones) + 1):
            before = best[i][j][0]
            if before == math.inf:
                continue
            for size in range(min(3, len(phones) + 1 - j)):
                total = before + cost.get((letter, plain[j : j + size]), 9.0 + 3 * size)
                if total < best[i + 1][j + size][0]:
                    best[i + 1][j + size] = (total, size)
    if best[-1][-1][0] == math.inf:
        return None
    chunks, j = [], len(phones)
    for i in range(len(word), 0, -1):
        size = best[i][j][1]
        chunks.append(phones[j - size : j])
        j -= size
    return chunks[::-1]


def learn_costs(words: list[tuple[str, Chunk]], rounds: int = 5) -> dict[tuple[str, Chunk], float]:
    """Minus the logarithm of how often a letter says a chunk, from alignments that get better round by round."""
    together: Counter[tuple[str, str]] = Counter()
    for word, phones in words:
        for i, letter in enumerate(word):
            at = round(i * len(phones) / len(word))
            for phone in phones[max(0, at - 1) : at + 2]:
                together[letter, phone.rstrip("012")] += 1
    of_letter: Counter[str] = Counter()
    for (letter, _), count in together.items():
        of_letter[letter] += count
    cost: dict[tuple[str, Chunk], float] = {
        (letter, (phone,)): -math.log(count / of_letter[letter]) for (letter, phone), count in together.items()
    }
    cost |= {(letter, ()): 2.5 for letter in letters.LETTERS}
    for _ in range(rounds):
        counts: defaultdict[str, Counter[Chunk]] = defaultdict(Counter)
        for word, phones in words:
            for letter, chunk in zip(word, align(word, phones, cost) or [], strict=False):
                counts[letter][tuple(phone.rstrip("012") for phone in chunk)] += 1
        cost = {
            (letter, chunk): -math.log(count / sum(chunks.values()))
            for letter, chunks in counts.items()
            for chunk, count in chunks.items()
        }
    return cost


# ------------------------------------------------------------------------------------------------------ the network


class Network(nn.Module):
    """Embedding and a stack of residual convolutions, as :mod:`musicengine.lyrics.letters` computes them."""

    def __init__(self, width: int, chunks: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(len(letters.LETTERS) + 1, width, padding_idx=0)
        self.layers = nn.ModuleList(
            nn.Conv1d(width, width, KERNEL, padding=d * (KERNEL // 2), dilation=d, bias=False) for d in DILATIONS
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in DILATIONS)
        self.last = nn.Linear(width, chunks)
        self.back = nn.Linear(chunks, width, bias=False)
        self.drop = nn.Dropout(0.1)

    def forward(self, codes: torch.Tensor) -> list[torch.Tensor]:
        """Scores (words, letters, chunks) of letter numbers (words, letters), the final ones last."""
        inside = (codes > 0).unsqueeze(1)
        x = self.embed(codes).transpose(1, 2)
        scores = []
        for index, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            x = (x + torch.relu(norm(layer(self.drop(x))))) * inside
            if index in FED_BACK:
                scores.append(self.last(x.transpose(1, 2)))
                x = x + self.back(torch.softmax(scores[-1], dim=2)).transpose(1, 2) * inside
        return [*scores, self.last(x.transpose(1, 2))]


def batches(codes: np.ndarray, targets: np.ndarray, size: int, rng: np.random.Generator):
    """Words of similar length together, in random order."""
    lengths = (codes > 0).sum(axis=1)
    order = np.lexsort((rng.random(len(codes)), lengths))
    starts = rng.permutation(range(0, len(order), size))
    for start in starts:
        rows = order[start : start + size]
        longest = int(lengths[rows].max())
        yield torch.from_numpy(codes[rows, :longest]), torch.from_numpy(targets[rows, :longest])


def train(codes: np.ndarray, targets: np.ndarray, chunks: int, epochs: int, width: int) -> Network:
    """Fit the network; the weights returned are their running mean."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = Network(width, chunks)
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    steps = epochs * math.ceil(len(codes) / 256)
    optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps, pct_start=0.1)
    loss_of = nn.CrossEntropyLoss(ignore_index=-1, label_smoothing=0.03)
    for epoch in range(epochs):
        total = 0.0
        for inputs, wanted in batches(codes, targets, 256, rng):
            with torch.autocast("cpu", torch.bfloat16):
                scores = network(inputs)
            *early, loss = (loss_of(each.float().flatten(0, 1), wanted.flatten()) for each in scores)
            loss = loss + sum(early) * EARLY
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            mean.update_parameters(network)
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total * 256 / len(codes):.4f}", flush=True)
    return mean.module


def folded(layer: nn.Conv1d, norm: nn.BatchNorm1d) -> tuple[np.ndarray, np.ndarray]:
    """A convolution with its normalisation as one matrix (kernel * inputs, outputs) and a bias."""
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = (layer.weight * gain[:, None, None]).detach().numpy()  # (out, in, kernel)
    bias = (norm.bias - norm.running_mean * gain).detach().numpy()
    return weight.transpose(2, 1, 0).reshape(-1, weight.shape[0]), bias


def pack(network: Network, names: list[Chunk]) -> dict[str, np.ndarray]:
    """Arrays to store: int8 weights (inputs, outputs) with a scale a column."""
    stored: dict[str, np.ndarray] = {
        "chunks": np.array([" ".join(chunk) for chunk in names]),
        "dilations": np.array(DILATIONS),
        "fed_back": np.array(FED_BACK),
    }
    matrices = {"embed": network.embed.weight.detach().numpy(), "last": network.last.weight.detach().numpy().T}
    matrices["back"] = network.back.weight.detach().numpy().T
    biases = {"last": network.last.bias.detach().numpy()}
    for index, (layer, norm) in enumerate(zip(network.layers, network.norms, strict=True)):
        matrices[f"layer{index}"], biases[f"layer{index}"] = folded(layer, norm)
    for name, matrix in matrices.items():
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / LEVELS
        stored[name] = np.round(matrix / scale).astype(np.int8)
        stored[f"{name}_scale"] = scale.astype(np.float32)
        if name in biases:
            stored[f"{name}_bias"] = biases[name].astype(np.float32)
    return stored


# ------------------------------------------------------------------------------------------------------ the figures


def distance(one: Chunk, other: Chunk) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def rhyme_part(phones: Chunk) -> Chunk:
    """From the last vowel with primary stress on, stress left out."""
    places = [i for i, phone in enumerate(phones) if phone[-1] == "1"] or [
        i for i, phone in enumerate(phones) if phone[-1].isdigit()
    ]
    return plain(phones[places[-1] if places else 0 :])


def report(path: Path, words: list[str]) -> None:
    """Accuracy of a stored model on these words, by the usual pronunciation and by the nearest one listed."""
    with path.open("rb") as file:
        found = letters.pronounce_letters(words, letters.load_model(file))
    for name, count in (("usual", 1), ("any listed", None)):
        wrong = total = whole = rhymes = syllables = 0
        for word, got in zip(words, found, strict=True):
            listed = dictionary().pronunciations(word)[:count]
            wrong += min(distance(plain(wanted), plain(got)) for wanted in listed)
            total += len(listed[0])
            whole += any(plain(wanted) == plain(got) for wanted in listed)
            rhymes += any(rhyme_part(wanted) == rhyme_part(got) for wanted in listed)
            syllables += any(vowels(wanted) == vowels(got) for wanted in listed)
        n = len(words)
        print(
            f"{n} unseen words, {name} pronunciation: phones {1 - wrong / total:.4f}, words without stress "
            f"{whole / n:.4f}, rhyme part {rhymes / n:.4f}, syllables {syllables / n:.4f}"
        )


def plain(phones: Chunk) -> Chunk:
    """Phones without stress."""
    return tuple(phone.rstrip("012") for phone in phones)


def vowels(phones: Chunk) -> int:
    """How many syllables phones have."""
    return sum(phone[-1].isdigit() for phone in phones)


def main() -> None:
    """Align, train, store, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--epochs", type=int, default=26)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--measure", action="store_true", help="only measure the model that is there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    words = examples()
    if not options.measure:
        np.savez_compressed(options.target, **fitted(words, options.epochs, options.width))
    print(f"{options.target}: {options.target.stat().st_size:,} bytes")
    report(options.target, [word for word, _ in words if is_held_out(word)])


def fitted(words: list[tuple[str, Chunk]], epochs: int, width: int) -> dict[str, np.ndarray]:
    """The arrays of a model trained on the words that are not held out."""
    seen = [item for item in words if not is_held_out(item[0])]
    cost = learn_costs(seen[::4])
    aligned = [(word, chunks) for word, phones in seen if (chunks := align(word, phones, cost)) is not None]
    counts = Counter(chunk for _, chunks in aligned for chunk in chunks)
    names = [chunk for chunk, count in counts.most_common() if count >= 5]
    number = {chunk: index for index, chunk in enumerate(names)}
    aligned = [(word, chunks) for word, chunks in aligned if all(chunk in number for chunk in chunks)]
    print(f"{len(aligned)} of {len(seen)} words aligned, {len(names)} chunks", flush=True)
    longest = max(len(word) for word, _ in aligned)
    codes, targets = np.zeros((len(aligned), longest), np.int64), np.full((len(aligned), longest), -1, np.int64)
    for row, (word, chunks) in enumerate(aligned):
        codes[row, : len(word)] = [letters.LETTERS.index(letter) + 1 for letter in word]
        targets[row, : len(word)] = [number[chunk] for chunk in chunks]
    network = train(codes, targets, len(names), epochs, width)
    return pack(network.eval(), names)


if __name__ == "__main__":
    main()
