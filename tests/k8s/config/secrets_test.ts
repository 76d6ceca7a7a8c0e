/** Whatever is wrong with a configuration, no error shows what is secret in it. */

import { assert, assertEquals } from "@std/assert";
import { isSandboxError } from "../../../mod.ts";
import { loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import { findMark, mark } from "../../secrets/marks.ts";
import { shown } from "../../secrets/shown.ts";
import { fakeHost } from "./tools.ts";

const PEM = (label: string) => btoa(`-----BEGIN ${label}-----\n${mark(label)}\n-----END ${label}-----\n`);

/** Each user is secret in another way. */
const USERS = [
  `token: ${mark("token")}`,
  `username: me\n    password: "${mark("password")}"`,
  `client-certificate-data: ${PEM("CERTIFICATE")}\n    client-key-data: ${PEM("PRIVATE KEY")}`,
  `exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: /no/such/plugin
      args: ["--password=${mark("argument")}"]
      env:
      - name: PASSWORD
        value: ${mark("variable")}`,
  `token: ${mark("token")}\n    tokenFile: /token`,
];

const fileOf = (user: string) =>
  `apiVersion: v1
current-context: here
contexts:
- name: here
  context: {cluster: c, user: u}
clusters:
- name: c
  cluster:
    server: https://api.test
    proxy-url: http://me:${mark("proxy")}@proxy.test
users:
- name: u
  user:
    ${user}
`;

/** The text with all that can be done wrong in writing it. */
function* spoiled(text: string): Generator<string> {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const others = [
      "", // left out
      line.slice(0, Math.ceil(line.length / 2)),
      line.slice(1),
      `${line} # ${"x"}`,
      `\t${line}`,
      line.replace(":", ""),
      line.replace(": ", ":"),
      line.replace(": ", ": ["),
      line.replace(": ", ": {"),
      line.replace(": ", ': "'),
      line.replace(": ", ": *"),
      line.replace(": ", ": !!binary "),
      line.replace(": ", ": !!int "),
      line.replace(": ", ": |\n"),
      line.replace(/: (.+)$/, ": [$1]"),
      line.replace(/: (.+)$/, ": {a: $1}"),
      line.replace(/: (.+)$/, ': "$1\\n"'),
      line.replace(/: (.+)$/, ': "$1\\u0000é"'),
      `${line}\n${line}`,
    ];
    for (const other of others) yield [...lines.slice(0, i), other, ...lines.slice(i + 1)].join("\n");
  }
  for (let length = 0; length < text.length; length += 17) yield text.slice(0, length);
}

Deno.test("no error shows a token, a password, a key, or what a plugin is given", async () => {
  let failed = 0;
  for (const user of USERS) {
    for (const text of spoiled(fileOf(user))) {
      const host = fakeHost({ "/k": text, "/token": `${mark("token")}\n${mark("token")}` });
      const error = await loadKubeConfig({ kubeconfig: "/k" }, host)
        // Hundreds of programs that are not there would take seconds to start.
        .then(async (access) => user.startsWith("exec") ? undefined : void await access.credentials())
        .catch((error) => error);
      if (error === undefined) continue;
      failed++;
      assert(isSandboxError(error, "kube_config"), `${Deno.inspect(error)}\n${text}`);
      assertEquals(findMark(shown(error)), undefined, text);
    }
  }
  assert(failed > 300, `${failed} failed`);
});
