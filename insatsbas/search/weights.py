"""What weighs how much when an answer is put in order. Constants only: tuned by `bench/relevance.py`, on the half that may be tuned on."""

# A word in each field. The title and what an entry is filed under say most; `part` and `folded` hold the words of all texts, once for
# each time their field counts, so that they are near the weight of a body.
WEIGHTS = {"title": 3.0, "keywords": 2.0, "summary": 1.5, "body": 1.0, "part": 1.0, "folded": 0.8}

# What each way of meeting a word is worth beside the word itself: as a part of a compound; where all the parts of a compound that
# was asked for are there; by what it leads to in the list of synonyms; by being filed under the need that it names.
AS_PART, BY_PARTS, AS_SYNONYM, AS_NEED = 0.3, 0.4, 0.8, 0.6

# What a lift is worth that is one part of a compound that was asked for: of two entries, the one that has it comes first.
PART_LIFT = 0.42

# What a lift adds to what is found already, beside a clause of the same rarity; and how many times that being given in a place is worth
# which the question names, and the place's own words. The first is strong: who names a place means it, however it is written.
LIFT = 1.2
AS_PLACE, AS_PLACES_WORDS = 3.0, 0.3
# What is given in the whole region is given there too, and comes before what is given somewhere else.
LIFT_EVERYWHERE = 1.8

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
