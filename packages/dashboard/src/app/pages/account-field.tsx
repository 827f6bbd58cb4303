import { SelectField } from '../ui/controls.tsx'
import { type Account, accountName } from '../words/account-words.ts'

/** Chooses the account that a page is about. */
export function AccountField(props: {
  accounts: readonly Account[]
  value: string
  onChange: (id: string) => void
}) {
  return (
    <SelectField label="Account" value={props.value} onChange={(event) => props.onChange(event.target.value)}>
      {props.accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {accountName(account)}
        </option>
      ))}
    </SelectField>
  )
}
