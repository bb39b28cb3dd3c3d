"""What weighs how much when an answer is put in order. Constants only: tuned by `bench/relevance.py`, on the half that may be tuned on."""

# A word in each field. The title and what an entry is filed under say most; `part` and `folded` hold the words of all texts, once for
# each time their field counts, so that they are near the weight of a body.
WEIGHTS = {"title": 3.0, "keywords": 2.0, "summary": 1.5, "body": 1.0, "part": 1.0, "folded": 0.8}

# What each way of meeting a word is worth beside the word itself: as a part of a compound; where all the parts of a compound that
# was asked for are there; by what it leads to in the list of synonyms; by being filed under the need that it names.
AS_PART, BY_PARTS, AS_SYNONYM, AS_NEED = 0.3, 0.4, 0.8, 0.6

# What a lift is worth that is one part of a compound that was asked for: of two entries, the one that has it comes first.
PART_LIFT = 0.42

# What a lift adds to what is found already, beside a clause of the same rarity; and what the words of a place are worth as one.
LIFT = 1.2
PLACE_WORDS_LIFT = 0.3

# How many times better an entry answers that is given in the place that a question names, however that is written; and one that is
# given in the whole region, which is given there too. Times and not a sum: a sum, which is as large for what hardly has the words
# as for what is about nothing else, would put all that is given there before what was asked for.
PLACE_LIFT, EVERYWHERE_LIFT = 2.5, 1.5

# What a run of five letters adds that question and document share. Small: a word has many.
GRAM = 0.35

# How many of the best by their words are put in order once more by their grams; those below keep theirs. A page: deeper, what shares
# grams by chance comes up, and less of what is relevant stays among the first.
RERANKED = 20

# Below so many hits there is a tier of what is like them: at most so many, which share at least this much of the question's grams
# (by rarity; 1 is all).
FEW_HITS = 5
MOST_SIMILAR = 5
LEAST_SHARED = 0.2
