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

/** A tab and the panel it shows. Its cross kills the shell. */
function addTab(sandbox: RuntimeClient, tag: string): WebTerminal {
  const panel = document.createElement("div");
  const tab = document.createElement("button");
  const cross = document.createElement("span");
  const label = document.createElement("span");
  panel.role = "tabpanel";
  tab.role = "tab";
  label.textContent = "shell";
  cross.textContent = " ×";
  cross.title = "Kill this shell";
  tab.append(label, cross);
  find("main").append(panel);
  tabs.append(tab);
  const terminal = new WebTerminal(sandbox, tag, panel, {
    onState: (state) => tab.dataset.state = state,
    onTitle: (title) => label.textContent = title.slice(0, 40),
  });
  const select = () => {
    for (const other of tabs.children) other.ariaSelected = String(other === tab);
    for (const other of find("main").children) other.classList.toggle("shown", other === panel);
    current = terminal;
    terminal.focus();
  };
  tab.onclick = select;
  cross.onclick = (event) => {
    event.stopPropagation();
    notice.value = "";
    void close();
  };
  async function close(): Promise<void> {
    try {
      await terminal.kill();
    } catch (error) {
      notice.value = `${error}`;
      return;
    }
    terminal.leave();
    panel.remove();
    tab.remove();
    tabs.querySelector<HTMLElement>("[role=tab]:last-child")?.click();
  }
  select();
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
