import { apiError, textResponse } from "../responses.ts";

/** A failure of a `/files` request; its message is the daemon's. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }

  /** The answer of the daemon's handlers: JSON with a numeric code. */
  toResponse(): Response {
    return apiError(this.status, this.message);
  }
}

/** A failure that the daemon's HTTP library words, as text. */
export class PlainError extends HttpError {
  override toResponse(): Response {
    return textResponse(this.status, `${this.message}\n`, { "x-content-type-options": "nosniff" });
  }
}
