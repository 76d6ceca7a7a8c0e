import type { Page } from "./playwright.ts";
import type { Screen } from "./screen.ts";

/** A prompt that names no machine, and a small project. */
const SETTING = String.raw`PS1='\[\e[1;32m\]sandbox\[\e[0m\]:\[\e[1;34m\]\W\[\e[0m\]$ '; printf '\e]0;build\a'
mkdir -p app/src app/tests && cd app && touch README.md deno.json src/main.ts
cat > check.sh << 'END'
for step in format lint types; do printf '\e[32m✓\e[0m %s  ' $step; done
printf '\e[1m128 tests\e[0m, \e[33m2 ignored\e[0m\n'
END
cat > colours.sh << 'END'
i=0; while [ $i -lt 256 ]; do printf "\e[48;2;$i;$((255 - i));160m "; i=$((i + 4)); done; printf '\e[0m\n'
END
sed -i '1i #!/bin/bash' *.sh; chmod +x *.sh; c
`;

/** What is typed there. */
const TYPED = ["ls --color -F", "./check.sh", "./colours.sh", "stty size", "echo waiting; sleep 600"];

/** Draws the picture that README.md shows: nothing of the machine it is made on is in it. */
export async function takePicture(page: Page, screen: Screen, path: string): Promise<void> {
  await page.setViewportSize({ width: 780, height: 340 });
  await screen.line(String.raw`printf '\e]0;server\a'`);
  await page.click("#new");
  await screen.until(`document.querySelectorAll("[role=tab][data-state=open]").length === 2`);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(SETTING.trim())})`);
  await page.keyboard.press("Control+Shift+V");
  await page.keyboard.press("Enter");
  for (const [i, line] of TYPED.entries()) {
    // So many prompts, and nothing behind the last one.
    await screen.shows(new RegExp(`^(sandbox:app\\$[^]*){${i}}sandbox:app\\$$`));
    await screen.line(line);
  }
  await screen.shows(/^waiting$/m);
  await page.keyboard.press("Control+c");
  await screen.shows(/\^C\n+sandbox:app\$$/);
  await page.screenshot({ path });
}
