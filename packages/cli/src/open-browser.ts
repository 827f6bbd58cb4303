/** Whether a browser was started; on a machine without one the address is printed all the same. */
export async function openBrowser(url: string): Promise<boolean> {
  try {
    const { default: open } = await import('open')
    const child = await open(url)
    // A machine without a browser fails after the start.
    child.on('error', () => {})
    return true
  } catch {
    return false
  }
}
