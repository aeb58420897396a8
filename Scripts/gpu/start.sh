#!/bin/sh
# Finds libtorch in the Python package torch and starts the program with it.
set -eu
built=@VERSION@
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
python=${PYTHON:-python3}
# Without importing it, which takes seconds and needs more than libtorch does.
found=$("$python" -c '
import importlib.util, pathlib, re
spec = importlib.util.find_spec("torch")
if spec:
    folder = pathlib.Path(spec.submodule_search_locations[0])
    text = (folder / "version.py").read_text()
    print(re.search(r"__version__ *= *[\"\x27]([0-9.]*[0-9])", text).group(1), folder)
' 2>/dev/null) || found=
version=${found%% *}
folder=${found#* }
if [ -z "$found" ]; then
  echo "regnas: error: '$python' has no package torch, which this program takes libtorch from." \
    "Run 'pip install torch==$built', or name another Python with PYTHON." >&2
  exit 69
fi
if [ "$version" != "$built" ]; then
  echo "regnas: error: '$python' has torch $version in $folder, but this program was built for $built." \
    "Run 'pip install torch==$built', or name another Python with PYTHON." >&2
  exit 69
fi
LD_LIBRARY_PATH=$folder/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec "$here/../libexec/@PRODUCT@" "$@"
