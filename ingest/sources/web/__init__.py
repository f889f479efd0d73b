"""Articles from the web: single pages, sitemaps and feeds, read politely and never from inside this network.

`Fetcher` does every request; `PageSource`, `SitemapSource` and `FeedSource` list what there is.
A proxy from the environment is not used: behind one, nobody could check which machine is connected to.
"""
