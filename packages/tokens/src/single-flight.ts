/** Makes calls that meet share one run: whoever comes while it lasts gets its result. */
export function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let flight: Promise<T> | null = null
  return () => {
    flight ??= run().finally(() => {
      flight = null
    })
    return flight
  }
}
