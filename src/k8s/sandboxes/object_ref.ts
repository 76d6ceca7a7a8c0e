/** Which object. */
export interface ObjectRef {
  /** Its name. */
  name: string;
  /**
   * Its namespace.
   *
   * @default the client's own
   */
  namespace?: string | undefined;
}
