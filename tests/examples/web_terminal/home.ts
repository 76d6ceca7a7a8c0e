/** What a shell of the tests finds in its home directory. */

/** The same prompt everywhere, and nothing of this machine in it. `c` clears the screen, and nothing else. */
const PROFILE = `PS1='$ '
unset HISTFILE PROMPT_COMMAND MAILCHECK
c() { set -- $?; printf '\\033[H\\033[2J'; return $1; }
`;

/** Fills the screen as editors do: draws itself when its size changes, and cleans up when it is interrupted. */
const FULL_SCREEN = `trap draw WINCH
trap 'kill $!; printf "\\033[?1049l"; echo "left by SIGINT"; exit 3' INT
draw() { printf '\\033[2J\\033[Hfull screen of %s' "$(stty size)"; }
printf '\\033[?1049h'
draw
while :; do sleep 2 & wait; kill $!; done 2>/dev/null
`;

/** Writes these files into a new directory. */
export async function makeHome(): Promise<string> {
  const home = await Deno.makeTempDir();
  await Deno.writeTextFile(`${home}/.bash_profile`, PROFILE);
  await Deno.writeTextFile(`${home}/full_screen.sh`, FULL_SCREEN);
  return home;
}
