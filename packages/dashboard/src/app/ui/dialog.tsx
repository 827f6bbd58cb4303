/** The browser's own modal dialog: it keeps the focus in, gives it back, and closes by Escape. */
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button, IconButton, type Look } from './controls.tsx'

export function Dialog({
  title,
  onClose,
  children,
  wide = false,
}: {
  title: string
  onClose: () => void
  children: ReactNode
  wide?: boolean
}) {
  const element = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = element.current
    if (dialog !== null && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      {children}
    </dialog>
  )
}

/** A form in a dialog: its buttons at the end, Enter sends it. */
export function FormDialog({
  title,
  onClose,
  onSubmit,
  submit,
  look = 'main',
  busy = false,
  disabled = false,
  children,
}: {
  title: string
  onClose: () => void
  onSubmit: (form: FormData) => void
  submit: string
  look?: Look
  busy?: boolean
  disabled?: boolean
  children: ReactNode
}) {
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    onSubmit(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={send}>
        <div className="stack">{children}</div>
        <div className="dialog-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look={look} busy={busy} disabled={disabled}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A button that asks before it does something that cannot be taken back. */
export function AskFirst({
  children,
  title,
  question,
  confirm,
  look = 'bad',
  type,
  onConfirm,
  disabled = false,
}: {
  children: string
  title: string
  question: ReactNode
  confirm: string
  look?: Look
  /** A word that has to be typed first, for what destroys much. */
  type?: string
  onConfirm: () => void
  disabled?: boolean
}) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  return (
    <>
      <Button
        look={look === 'bad' ? 'bad' : 'plain'}
        disabled={disabled}
        onClick={() => {
          setTyped('')
          setOpen(true)
        }}
      >
        {children}
      </Button>
      {open && (
        <FormDialog
          title={title}
          onClose={() => setOpen(false)}
          submit={confirm}
          look={look}
          disabled={type !== undefined && typed !== type}
          onSubmit={() => {
            setOpen(false)
            onConfirm()
          }}
        >
          <div>{question}</div>
          {type !== undefined && (
            <label className="field">
              <span>
                Type <strong>{type}</strong> to go on
              </span>
              <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
            </label>
          )}
        </FormDialog>
      )}
    </>
  )
}
