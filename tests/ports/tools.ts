import { RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";

export const ID = "default--mine";
export const GATEWAY: RuntimeClientOptions = { sandboxId: ID, domain: "gateway.test:7788" };

/** A client whose requests are answered here, and those requests. */
export function answered(
  answer: (request: Request, index: number) => Response | Promise<Response>,
  options: RuntimeClientOptions = {},
): { readonly sandbox: RuntimeClient; readonly sent: readonly Request[] } {
  const sent: Request[] = [];
  const fetch = (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init);
    sent.push(request);
    return Promise.resolve(answer(request.clone(), sent.length - 1));
  };
  return { sandbox: new RuntimeClient({ ...GATEWAY, retry: false, ...options, fetch }), sent };
}

/** As the gateway answers by itself, and a server in the sandbox may. */
export function words(status: number, text: string, type: string = "text/plain"): Response {
  return new Response(text, { status, headers: { "content-type": type, "content-length": String(text.length) } });
}
