/** What was found in the media of a post, and by what evidence. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call, type ResultOf } from '../data/api.ts'
import { Badge, Card, Facts, Note, Time, type Tone } from '../ui/show.tsx'
import type { Post } from '../words/post-words.ts'

type Report = ResultOf<'mediaReports.get'>

const VERDICTS: Readonly<Record<NonNullable<Report['verdict']>, { name: string; tone: Tone }>> = {
  ok: { name: 'Nothing found', tone: 'good' },
  warn: { name: 'Goes out with a warning', tone: 'warn' },
  block: { name: 'Held', tone: 'bad' },
  overruled: { name: 'Overruled', tone: 'warn' },
}

export function MediaReport({ post }: { post: Post }) {
  const { data } = useQuery({
    queryKey: ['media', post.id, post.version],
    queryFn: ({ signal }) => call('mediaReports.get', { params: { post_id: post.id } }, { signal }),
  })
  if (
    data === undefined ||
    (data.verdict === null && data.findings.length === 0 && data.skipped.length === 0)
  )
    return null
  const verdict = data.verdict === null ? undefined : VERDICTS[data.verdict]
  return (
    <Card title="Media" actions={verdict !== undefined && <Badge tone={verdict.tone}>{verdict.name}</Badge>}>
      <div className="stack">
        {data.findings.map((finding) => (
          <Note
            key={`${finding.rule} ${finding.positions} ${finding.post_id} ${finding.message}`}
            tone={finding.level === 'block' ? 'bad' : 'warn'}
          >
            {finding.message}
            {finding.score !== null && ` Alike by ${Math.round(finding.score * 100)} %.`}{' '}
            {finding.post_id !== null && (
              <Link to="/posts/$postId" params={{ postId: finding.post_id }}>
                The other post
              </Link>
            )}
          </Note>
        ))}
        {data.frames.length > 0 && (
          <div className="frames">
            {data.frames.map((frame) => (
              <Frame key={frame.id} postId={post.id} frame={frame} />
            ))}
          </div>
        )}
        {data.watermarks.length > 0 && (
          <Facts
            of={data.watermarks.map((mark) => [
              `Mark at ${mark.from_s.toFixed(1)}–${mark.to_s.toFixed(1)} s`,
              `${mark.text ?? mark.platform ?? mark.kind.replaceAll('-', ' ')}, ${Math.round(mark.confidence * 100)} % sure`,
            ])}
          />
        )}
        {data.is_aigc_suggested && (
          <Note tone="warn">
            The file says that AI made it, and the post does not: {data.because.join(' ')}
          </Note>
        )}
        {data.overruled !== null && (
          <Note tone="calm">
            Overruled by {data.overruled.by}, <Time at={data.overruled.at} show="exact" />: “
            {data.overruled.reason}”
          </Note>
        )}
        {data.skipped.length > 0 && <p className="soft small">Not looked at: {data.skipped.join(' ')}</p>}
      </div>
    </Card>
  )
}

function Frame({ postId, frame }: { postId: string; frame: Report['frames'][number] }) {
  const { data } = useQuery({
    queryKey: ['media', 'frame', postId, frame.id],
    queryFn: ({ signal }) =>
      call('mediaReports.getFrame', { params: { post_id: postId, frame_id: frame.id } }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const words =
    frame.kind === 'match'
      ? `This file on the ${frame.side} at ${frame.at_s.toFixed(1)} s, the other at ${frame.other_at_s?.toFixed(1)} s`
      : `The mark at ${frame.at_s.toFixed(1)} s`
  return (
    <figure>
      {data !== undefined && <img src={`data:${data.content_type};base64,${data.base64}`} alt={words} />}
      <figcaption className="soft small">{words}</figcaption>
    </figure>
  )
}
