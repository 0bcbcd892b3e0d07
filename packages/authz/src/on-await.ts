/**
 * Lets a promise tell that somebody waits for it. An answer that nobody awaits was not heeded: a
 * promise is truthy whatever it will say.
 */
export function onAwait<Value>(promise: Promise<Value>, heard: () => void): Promise<Value> {
  const listen: Promise<Value>['then'] = (onFulfilled, onRejected) => {
    heard()
    return promise.then(onFulfilled, onRejected)
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: `await` must come by here
    then: listen,
    catch: (onRejected) => listen(undefined, onRejected),
    finally(onFinally) {
      heard()
      return promise.finally(onFinally)
    },
    [Symbol.toStringTag]: 'Promise',
  }
}
