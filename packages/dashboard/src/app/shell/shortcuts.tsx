/** Keys for those who do not reach for the mouse: g and a letter goes somewhere, ? shows them all. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { PLACES } from './navigation.ts'

const PATIENCE_MS = 1_200
const KEYED = PLACES.flatMap(({ places }) => places).filter(({ key }) => key !== undefined)

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

export function Shortcuts({
  open,
  onOpen,
  onClose,
}: {
  open: boolean
  onOpen: () => void
  onClose: () => void
}) {
  const navigate = useNavigate()
  const [waitsSince, setWaitsSince] = useState(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog[open]') !== null) return
      if (event.key === '?') onOpen()
      if (event.key === 'g') setWaitsSince(event.timeStamp)
      if (event.key === 'g' || event.timeStamp - waitsSince > PATIENCE_MS) return
      setWaitsSince(0)
      const place = KEYED.find(({ key }) => key === event.key)
      if (place === undefined) return
      event.preventDefault()
      void navigate({ to: place.to })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, onOpen, waitsSince])
  if (!open) return null
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <ul className="shortcuts">
        {KEYED.map(({ key, label }) => (
          <li key={label}>
            <span>{label}</span>
            <span>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </span>
          </li>
        ))}
        <li>
          <span>Move a post in the calendar by a day, or by an hour</span>
          <span>
            <kbd>Alt</kbd> <kbd>←→</kbd> <kbd>↑↓</kbd>
          </span>
        </li>
        <li>
          <span>Move a post in a queue</span>
          <span>
            <kbd>Alt</kbd> <kbd>↑↓</kbd>
          </span>
        </li>
        <li>
          <span>This list</span>
          <kbd>?</kbd>
        </li>
      </ul>
    </Dialog>
  )
}
