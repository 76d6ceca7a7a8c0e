/** Why an archive cannot be taken. Whoever reads it makes the error for the caller of this. */
export class TarProblem extends Error {
  /** Makes it from what completes "Cannot …: ". */
  constructor(detail: string) {
    super(detail);
    this.name = "TarProblem";
  }
}
