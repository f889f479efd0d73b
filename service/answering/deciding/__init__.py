"""May the evidence answer, before anything is written?"""
