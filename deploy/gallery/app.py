"""All Spaces as one on the Hub: the gallery at the root, each Space under its name.

`python scripts/bundle.py gallery` puts the Spaces, the server and the core beside this file.
"""

import sys
from pathlib import Path

from portfolio_server.__main__ import main

if __name__ == "__main__":
    sys.exit(main([str(Path(__file__).parent / "pages" / "spaces")]))
