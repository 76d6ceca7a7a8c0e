/**
 * Kubernetes: configuration found as `kubectl` finds it, and what a program needs of the API server to come to a
 * running sandbox.
 *
 * An import of this entry asks for no permission. Files, environment, processes and the TLS of the host are reached
 * when a call needs them.
 *
 * @module
 */

export type { KubeConfig, KubeLoadOptions } from "./config/load_options.ts";
