/** Which session mechanism is meant, where an application has several. */
export interface Which {
  /** The name under which it is registered. Default: the nearest. */
  readonly mechanism?: string
}
