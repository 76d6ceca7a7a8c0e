/** Exit codes of the scripts here, none of which a tar or a shell has for anything else. */
export const EXIT = {
  /** There is no tar. */
  noTar: 101,
  /** The directory cannot be made or entered; standard error says why. */
  noDirectory: 102,
  /** There is nothing of that name. */
  missing: 103,
  /** A directory was needed, and something else is there. */
  notDirectory: 104,
  /** It may not be read. */
  forbidden: 105,
  /** It is no plain file. */
  notFile: 106,
  /** A file has another size than was sent. */
  wrongSize: 107,
  /** The tar knows nothing of holes. */
  noSparse: 108,
} as const;

const HAS_TAR = `command -v tar >/dev/null 2>&1 || exit ${EXIT.noTar}`;

/**
 * Unpacks its input in the directory `$1`, which it makes. Says something when it is ready for it, and more than is held
 * back of a command whose end is proven.
 */
export const UNPACK: string = `export LC_ALL=C
${HAS_TAR}
[ -e "$1" ] && [ ! -d "$1" ] && exit ${EXIT.notDirectory}
mkdir -p -- "$1" && CDPATH= cd -- "$1" || exit ${EXIT.noDirectory}
printf '%0128d' 0 && exec tar -xpf -`;

/**
 * Packs what is called `$2` in the directory `$1`, with holes as holes where `$3` is "sparse". GNU's tar takes a backslash in a name for the beginning of an escape,
 * if it is not told otherwise.
 */
export const PACK: string = `export LC_ALL=C
[ -e "$1" ] || exit ${EXIT.missing}
[ -d "$1" ] || exit ${EXIT.notDirectory}
CDPATH= cd -- "$1" || exit ${EXIT.forbidden}
[ -e "./$2" ] || [ -L "./$2" ] || exit ${EXIT.missing}
${HAS_TAR}
name=$2 sparse=$3 gnu=
case $name$sparse in *\\\\* | *sparse) case $(tar --version 2>/dev/null) in *GNU*) gnu=yes ;; esac ;; esac
set -- -cf -
[ "$gnu" ] && set -- "$@" --no-unquote
[ "$sparse" ] && { [ "$gnu" ] || exit ${EXIT.noSparse}; set -- "$@" -S; }
exec tar "$@" -- "$name"`;

/** Says size, mode and time of the file `$1`, as far as they are known, and then what is in it. */
export const READ_FILE: string = `export LC_ALL=C
[ -L "$1" ] && exit ${EXIT.notFile}
[ -f "$1" ] || exit ${EXIT.notFile}
[ -r "$1" ] || exit ${EXIT.forbidden}
about=$(stat -c '%s %a %Y' "$1" 2>/dev/null) || about=$(wc -c <"$1") || exit ${EXIT.forbidden}
echo $about && exec cat "$1"`;

/** Writes its input to the file `$1`, of `$2` bytes, with the mode `$3` and the time `$4`. */
export const WRITE_FILE: string = `export LC_ALL=C
case $1 in */*) mkdir -p -- "\${1%/*}" || exit ${EXIT.noDirectory} ;; esac
cat >"$1" || exit 1
[ "$(($(wc -c <"$1")))" -eq "$2" ] || exit ${EXIT.wrongSize}
chmod "$3" "$1" && touch -d "@$4" "$1"`;

/** Makes the directory `$1` with the mode `$2`. */
export const MAKE_DIRECTORY: string = `export LC_ALL=C
mkdir -p -- "$1" || exit ${EXIT.noDirectory}
chmod "$2" "$1"`;

/** A command that runs a script with words for `$1` and so on. */
export function scriptCommand(script: string, ...words: readonly string[]): readonly string[] {
  return ["sh", "-c", script, "sh", ...words];
}
