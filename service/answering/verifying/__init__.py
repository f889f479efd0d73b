"""Does a quote bear a sentence, after it is written?"""
