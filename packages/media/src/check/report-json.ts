import type { Provenance } from '../provenance/provenance.ts'
import type { MediaReport } from './check-media.ts'

/** A report in the form that programs read; its keys are fixed. Evidence pictures are left out. */
export function reportJson(report: MediaReport) {
  const { ok, verdict, findings, watermarks, provenance, skipped } = report
  return {
    ok,
    verdict,
    findings: findings.map(({ rule, failReason, found, allowed, fix }) => ({
      rule,
      fail_reason: failReason ?? null,
      found,
      allowed,
      fix,
    })),
    watermarks: watermarks.map((mark) => ({
      kind: mark.kind,
      ...(mark.platform !== undefined && { platform: mark.platform }),
      ...(mark.text !== undefined && { text: mark.text }),
      box: mark.box,
      from_s: mark.fromSec,
      to_s: mark.toSec,
      confidence: mark.confidence,
      verdict: mark.verdict,
    })),
    provenance: provenanceJson(provenance),
    skipped,
  }
}

/** Only what was found; a file that says nothing of itself gives an empty object. */
function provenanceJson(provenance: Provenance) {
  const { c2pa, digitalSourceType, creatorTool, tags, origins, aiSigns } = provenance
  return {
    ...(c2pa && {
      c2pa: {
        ...(c2pa.claimGenerator !== undefined && { claim_generator: c2pa.claimGenerator }),
        ...(c2pa.title !== undefined && { title: c2pa.title }),
        digital_source_types: c2pa.digitalSourceTypes,
        actions: c2pa.actions,
        software_agents: c2pa.softwareAgents,
        manifests: c2pa.manifests,
        /** Signatures are not checked here. */
        verified: false,
      },
    }),
    ...(digitalSourceType !== undefined && { digital_source_type: digitalSourceType }),
    ...(creatorTool !== undefined && { creator_tool: creatorTool }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(origins.length > 0 && { origins }),
    ...(aiSigns.length > 0 && { is_aigc_suggested: true, because: aiSigns }),
  }
}
