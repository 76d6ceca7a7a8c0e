/// <reference lib="dom" />

/** The page: a form that asks for the sandbox, and its terminals in tabs. */

import type { RuntimeClient } from "@kruise-agents/runtime";
import { mostTerminals, rememberedTarget, rememberTarget, sandboxOf, type Target, targetOf } from "./target.ts";
import { WebTerminal } from "./web_terminal.ts";

/** What the tags of the page's shells begin with, by which it finds them again. */
const TAG = "web-terminal-";

const find = <E extends HTMLElement>(selector: string): E => document.querySelector<E>(selector)!;
const form = find<HTMLFormElement>("form");
const bar = find("nav");
const tabs = find("[role=tablist]");
const problem = find<HTMLOutputElement>("form output");
const notice = find<HTMLOutputElement>("nav output");

let current: WebTerminal | undefined;

/** Shows the shells that are there, or opens the first. */
async function show(target: Target): Promise<void> {
  const sandbox = sandboxOf(target);
  const tags = (await sandbox.commands.list()).flatMap(({ tag }) => tag?.startsWith(TAG) ? [tag] : []);
  rememberTarget(target);
  form.hidden = true;
  bar.hidden = false;
  const most = mostTerminals(sandbox);
  for (const tag of tags.slice(0, most)) void addTab(sandbox, tag).connect();
  if (tags.length > most) notice.value = `${tags.length - most} more shells run in the sandbox`;
  const open = () => void addTab(sandbox, TAG + crypto.randomUUID()).open();
  if (tags.length === 0) open();
  find("#new").onclick = () => {
    notice.value = "";
    if (tabs.childElementCount < most) return open();
    current?.focus();
    notice.value = `A browser has six connections to ${target.url}: close a terminal first`;
  };
}

/** A tab with a cross, which kills the shell, and the panel it shows. */
function addTab(sandbox: RuntimeClient, tag: string): WebTerminal {
  const holder = document.createElement("div");
  const tab = document.createElement("button");
  const cross = document.createElement("button");
  const panel = document.createElement("div");
  tab.role = "tab";
  tab.textContent = "shell";
  cross.textContent = "×";
  cross.ariaLabel = cross.title = "Kill this shell";
  panel.role = "tabpanel";
  holder.append(tab, cross);
  tabs.append(holder);
  find("main").append(panel);
  const terminal = new WebTerminal(sandbox, tag, panel, {
    onState: (state) => tab.dataset.state = state,
    onTitle: (title) => tab.textContent = title.slice(0, 40) || "shell",
  });
  tab.onclick = () => {
    for (const other of tabs.querySelectorAll("[role=tab]")) other.ariaSelected = String(other === tab);
    for (const other of find("main").children) other.classList.toggle("shown", other === panel);
    current = terminal;
    terminal.focus();
  };
  cross.onclick = async () => {
    try {
      notice.value = "";
      await terminal.kill();
    } catch (error) {
      notice.value = `${error}`;
      return;
    }
    terminal.leave();
    panel.remove();
    holder.remove();
    tabs.querySelector<HTMLElement>(":last-child > [role=tab]")?.click();
  };
  tab.click();
  return terminal;
}

form.onsubmit = (event) => {
  event.preventDefault();
  problem.value = "";
  show(targetOf(new FormData(form))).catch((error) => problem.value = `${error}`);
};

find("#leave").onclick = () => {
  rememberTarget(undefined);
  location.reload();
};

const remembered = rememberedTarget();
if (remembered !== undefined) {
  for (const [name, value] of Object.entries(remembered)) {
    find<HTMLInputElement | HTMLSelectElement>(`[name=${name}]`).value = value;
  }
  form.requestSubmit();
}
