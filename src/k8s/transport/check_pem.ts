import { SandboxError } from "../../../mod.ts";
import type { SenderOptions } from "./sender.ts";

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What is wrong with certificates or a key, for engines that do not say. Nothing of them is told. */
export function unusablePem(): SandboxError {
  return new SandboxError("Cannot connect to the Kubernetes API: the certificates or the key cannot be used", {
    code: "tls",
    hint: "Check in the configuration that they are valid PEM, that the key is not encrypted, and that it belongs to " +
      "the certificate",
  });
}

/**
 * Refuses what cannot work: Node passes over an authority that it cannot read, and Bun says of any of this that the host
 * name was not found.
 */
export async function checkPem({ tls: { ca }, cert, key }: SenderOptions): Promise<void> {
  if (ca === undefined && cert === undefined) return;
  const { createPrivateKey, X509Certificate } = await import("node:crypto");
  const parsed = (text: string) => {
    try {
      return new X509Certificate(text);
    } catch {
      return undefined;
    }
  };
  // Of several authorities those that cannot be read are left out, as kubectl does.
  if (ca !== undefined && !ca.match(CERTIFICATES)?.some((text) => parsed(text))) throw unusablePem();
  if (cert === undefined) return;
  try {
    if (parsed(cert.match(CERTIFICATES)?.[0] ?? "")?.checkPrivateKey(createPrivateKey(key!))) return;
  } catch {
    // An encrypted key, or none.
  }
  throw unusablePem();
}
