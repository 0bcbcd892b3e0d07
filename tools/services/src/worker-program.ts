interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

type Callable = (...args: readonly unknown[]) => unknown

const module = import(process.argv[2] as string) as Promise<Record<string, Callable>>

async function answer({ id, name, args }: Call): Promise<unknown> {
  try {
    const exports = await module
    return { id, result: name === '' ? null : await exports[name]?.(...args) }
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    return { id, error: { message, code } }
  }
}

process.on('disconnect', () => process.exit())
process.on('message', (call: Call) => {
  void answer(call).then((message) => process.send?.(message))
})
