import process from "node:process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** An account that requests can name. */
export interface Account {
  /** The name, as sent in requests. */
  readonly name: string;
  /** The home directory, absolute. */
  readonly home: string;
  /** The user id to switch to. Only there when this process may switch. */
  readonly uid?: number;
  /** The group id to switch to. There exactly when {@linkcode uid} is. */
  readonly gid?: number;
}

/** What the owner of a runtime says of an account. */
export interface AccountOptions {
  readonly home: string;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * The accounts of a runtime.
 *
 * Without a table every name is the current user, so that requests written for
 * a real sandbox work. With a table only its names exist, and `root`, which no
 * system lacks.
 */
export class Accounts {
  readonly #fallbackHome: string;
  readonly #table: ReadonlyMap<string, Account> | undefined;
  readonly #users: Map<number, string> = new Map();
  readonly #groups: Map<number, string> = new Map();

  constructor(
    fallbackHome: string,
    table?: Readonly<Record<string, AccountOptions>>,
  ) {
    this.#fallbackHome = fallbackHome;
    readIds("/etc/passwd", this.#users);
    readIds("/etc/group", this.#groups);
    const self = currentUser();
    if (self && !this.#users.has(self.uid)) {
      this.#users.set(self.uid, self.username);
    }
    if (table === undefined) return;
    const maySwitch = process.getuid?.() === 0;
    const accounts = new Map<string, Account>();
    accounts.set("root", { name: "root", home: fallbackHome });
    for (const [name, { home, uid, gid = uid }] of Object.entries(table)) {
      if (uid === undefined || gid === undefined) {
        accounts.set(name, { name, home });
        continue;
      }
      this.#users.set(uid, name);
      this.#groups.set(gid, name);
      accounts.set(
        name,
        maySwitch ? { name, home, uid, gid } : { name, home },
      );
    }
    this.#table = accounts;
  }

  /** The account of that name, or `undefined` where there is none. */
  find(name: string): Account | undefined {
    if (this.#table) return this.#table.get(name);
    return name === "" ? undefined : { name, home: this.#fallbackHome };
  }

  /** The name of a user id, or the id itself in decimal. */
  userName(uid: number): string {
    return this.#users.get(uid) ?? String(uid);
  }

  /** The name of a group id, or the id itself in decimal. */
  groupName(gid: number): string {
    return this.#groups.get(gid) ?? String(gid);
  }
}

/** The envd build reads these files too: no directory service is asked. */
function readIds(file: string, names: Map<number, string>): void {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return;
  }
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name && id && !names.has(Number(id))) names.set(Number(id), name);
  }
}

function currentUser(): { uid: number; username: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined; // an id without an entry, usual in containers
  }
}
