import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type ResultOf } from '../data/api.ts'
import { useAct } from '../data/lists.ts'
import { useMay } from '../data/session.ts'
import { Button, ProblemNote, SelectField, TextArea, TextField } from '../ui/controls.tsx'
import { Card, Loading } from '../ui/show.tsx'

type Policy = ResultOf<'mediaPolicy.get'>
type Verdict = Policy['queued']

export function MediaPolicyCard() {
  const { data, error } = useQuery({
    queryKey: ['media-policy'],
    queryFn: ({ signal }) => call('mediaPolicy.get', {}, { signal }),
  })
  return (
    <Card title="Media">
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <ProblemNote error={error} />
        )
      ) : (
        <Form policy={data} />
      )}
    </Card>
  )
}

function Form({ policy }: { policy: Policy }) {
  const may = useMay()
  const [form, setForm] = useState(policy)
  const save = useAct(() => call('mediaPolicy.set', { body: form }), {
    stale: ['media-policy'],
    quiet: true,
    done: 'Saved',
  })
  const can = may('media:write')
  const verdict = (label: string, value: Verdict, change: (verdict: Verdict) => void) => (
    <SelectField
      label={label}
      value={value}
      disabled={!can}
      onChange={(event) => change(event.target.value as Verdict)}
    >
      <option value="allow">Let it go</option>
      <option value="warn">Warn</option>
      <option value="block">Hold the post</option>
    </SelectField>
  )
  const repeated = (key: 'same_account' | 'other_account', label: string) => (
    <div className="row">
      {verdict(label, form[key].verdict, (next) =>
        setForm({ ...form, [key]: { ...form[key], verdict: next } }),
      )}
      <TextField
        label="Hold within (hours)"
        type="number"
        min={0}
        max={8760}
        disabled={!can}
        value={form[key].cooldown_hours}
        onChange={(event) =>
          setForm({ ...form, [key]: { ...form[key], cooldown_hours: event.target.valueAsNumber || 0 } })
        }
      />
    </div>
  )
  const words = (key: 'own_handles' | 'brand_words', label: string, hint: string) => (
    <TextArea
      label={label}
      hint={hint}
      disabled={!can}
      value={form[key].join('\n')}
      onChange={(event) => setForm({ ...form, [key]: event.target.value.split('\n') })}
      onBlur={() => setForm({ ...form, [key]: form[key].map((word) => word.trim()).filter(Boolean) })}
    />
  )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      {repeated('same_account', 'The same media again on the account')}
      {repeated('other_account', 'The same media on another account')}
      {verdict('Another post with it is on its way', form.queued, (queued) => setForm({ ...form, queued }))}
      {verdict('Marks of other platforms', form.watermarks, (watermarks) => setForm({ ...form, watermarks }))}
      {verdict('Media whose address gives us nothing', form.unreachable, (unreachable) =>
        setForm({ ...form, unreachable }),
      )}
      {words('own_handles', 'Your own handles', 'One a line; they are no foreign marks')}
      {words('brand_words', 'Words of your brand', 'One a line; they may be anywhere in the picture')}
      <ProblemNote error={save.error} />
      {can && (
        <div>
          <Button
            type="submit"
            busy={save.isPending}
            disabled={JSON.stringify(form) === JSON.stringify(policy)}
          >
            Save
          </Button>
        </div>
      )}
    </form>
  )
}
