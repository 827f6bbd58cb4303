/** Buttons and fields, over the browser's own. */
import type { ComponentProps, ReactNode } from 'react'
import { useId } from 'react'
import { HubProblem } from '../data/api.ts'
import { Icon, type IconName } from './icons.tsx'

export type Look = 'plain' | 'main' | 'bad' | 'quiet'

export function Button({
  look = 'plain',
  icon,
  busy = false,
  children,
  ...rest
}: { look?: Look; icon?: IconName; busy?: boolean } & ComponentProps<'button'>) {
  return (
    <button
      type="button"
      {...rest}
      className={`button ${look} ${rest.className ?? ''}`}
      aria-busy={busy || undefined}
      disabled={rest.disabled === true || busy}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  )
}

/** A button that is a picture alone; the label is its name and its tooltip. */
export function IconButton({
  icon,
  label,
  ...rest
}: { icon: IconName; label: string } & Omit<ComponentProps<'button'>, 'children'>) {
  return (
    <button
      type="button"
      {...rest}
      className={`icon-button ${rest.className ?? ''}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  )
}

interface FieldProps {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
}

/** Ties label, hint and error to what is typed in. */
function Field({
  label,
  hint,
  error,
  children,
}: FieldProps & {
  children: (aria: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode
}) {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
    .filter(Boolean)
    .join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(error === undefined ? {} : { 'aria-invalid': true }),
      })}
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

export function TextField({ label, hint, error, ...rest }: FieldProps & ComponentProps<'input'>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => <input {...rest} {...aria} />}
    </Field>
  )
}

export function TextArea({ label, hint, error, ...rest }: FieldProps & ComponentProps<'textarea'>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => <textarea rows={3} {...rest} {...aria} />}
    </Field>
  )
}

export function SelectField({
  label,
  hint,
  error,
  children,
  ...rest
}: FieldProps & ComponentProps<'select'>) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(aria) => (
        <select {...rest} {...aria}>
          {children}
        </select>
      )}
    </Field>
  )
}

export function Checkbox({
  label,
  hint,
  ...rest
}: { label: ReactNode; hint?: ReactNode } & ComponentProps<'input'>) {
  const id = useId()
  return (
    <div className="checkbox">
      <input
        type="checkbox"
        {...rest}
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

/** What the hub refused, with every field that is wrong. */
export function ProblemNote({ error }: { error: Error | null | undefined }) {
  if (error == null) return null
  const errors = error instanceof HubProblem ? error.errors : []
  return (
    <div className="note bad" role="alert">
      <Icon name="warn" />
      <div>
        <p>{error.message}</p>
        {errors.length > 0 && (
          <ul>
            {errors.map(({ field, rule, message }) => (
              <li key={`${field} ${rule} ${message}`}>
                {field !== '' && <code>{field}</code>} {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** The message for one field of a form. */
export function errorFor(error: Error | null, field: string): string | undefined {
  return error instanceof HubProblem ? error.errors.find((one) => one.field === field)?.message : undefined
}
