import { randomBytes } from 'node:crypto';
import type { EntityInput } from '../entities/schemas';
import { createEntity } from '../entities/write';
import type { Caller } from '../http/caller';
import { LOST } from '../store/account';
import type { UnsortedCategory, UnsortedRow } from '../store/moreRows';
import type { World } from '../world';

/** Incoming leads. facts: core 6 */

export interface UnsortedInput {
	category: UnsortedCategory;
	source_uid: string;
	source_name: string;
	pipeline_id?: number;
	created_at?: number;
	metadata: Record<string, unknown>;
	lead?: EntityInput;
	contact?: EntityInput;
	company?: EntityInput;
}

export function addUnsorted(world: World, caller: Caller, input: UnsortedInput): UnsortedRow {
	const { account, clock } = world;
	const pipelineId = input.pipeline_id ?? account.mainPipeline?.id ?? 0;
	const incoming = account.pipelines.get(pipelineId)?.statuses.find(({ type }) => type === 1);
	const member = (type: 'contacts' | 'companies', model: EntityInput | undefined): number | null => {
		if (!model) return null;
		return model.id ?? createEntity(world, caller, type, model, { unsorted: true }).id;
	};
	const contact_id = member('contacts', input.contact);
	const company_id = member('companies', input.company);
	const lead = createEntity(
		world,
		caller,
		'leads',
		{
			...(input.lead ?? {}),
			pipeline_id: pipelineId,
			_embedded: {
				...input.lead?._embedded,
				...(contact_id === null ? {} : { contacts: [{ id: contact_id, is_main: true }] }),
				...(company_id === null ? {} : { companies: [{ id: company_id }] }),
			},
		},
		{ statusId: incoming?.id },
	);
	const row = account.unsorted.add({
		id: account.unsorted.nextId(),
		uid: randomBytes(30).toString('hex'),
		source_uid: input.source_uid,
		source_name: input.source_name,
		category: input.category,
		pipeline_id: pipelineId,
		created_at: input.created_at ?? clock.seconds(),
		metadata: input.metadata,
		lead_id: lead.id,
		contact_id,
		company_id,
		state: 'open',
		closed_at: null,
	});
	world.changes.publish({ kind: 'unsorted', action: 'add', row, by: caller.user.id });
	return row;
}

/** The lead goes to a stage, its contact and company come out into the open. */
export function acceptUnsorted(world: World, row: UnsortedRow, userId: number, statusId: number | undefined): void {
	const { account, clock } = world;
	const pipeline = account.pipelines.get(row.pipeline_id);
	const status_id = statusId ?? (pipeline && account.firstStatus(pipeline)?.id);
	const lead = account.leads.get(row.lead_id ?? 0);
	if (lead && status_id !== undefined) {
		const before = account.leads.change(lead, { status_id, responsible_user_id: userId, updated_at: clock.seconds(), updated_by: userId });
		const fresh = world.switches.webhooksForUnsortedLeads ? ({ action: 'update', before } as const) : ({ action: 'add' } as const);
		world.changes.publish({ kind: 'entity', type: 'leads', row: lead, by: userId, ...fresh });
	}
	reveal(world, row, userId);
	close(world, row, 'accepted', userId);
}

/** The contact and the company come out into the open. */
function reveal({ account, changes, clock }: World, row: UnsortedRow, userId: number): void {
	for (const [type, id] of [['contacts', row.contact_id], ['companies', row.company_id]] as const) {
		const member = account.entities(type).get(id ?? 0);
		if (!member?.is_unsorted) continue;
		account.entities(type).change(member, { is_unsorted: false, updated_at: clock.seconds(), updated_by: userId });
		changes.publish({ kind: 'entity', type, action: 'add', row: member, by: userId });
	}
}

/** The chat or letter goes to a card that is there already, with its contact; the lead of its own is not needed. facts: core 6.5 */
export function linkUnsorted(world: World, row: UnsortedRow, to: { type: 'leads' | 'customers'; id: number }, contactId: number | undefined, userId: number): void {
	const { account, changes } = world;
	const own = account.leads.get(row.lead_id ?? 0);
	if (own) account.leads.change(own, { is_deleted: true });
	reveal(world, row, userId);
	const contact = contactId ?? row.contact_id;
	const from = { type: 'contacts', id: contact ?? 0 } as const;
	if (contact !== null && !account.links.between(from, to)) {
		account.links.put({ from, to, isMain: false });
		changes.publish({ kind: 'link', action: 'link', from: to, to: from, by: userId });
	}
	close(world, row, 'accepted', userId);
}

/** The lead lands on the lost stage and in the trash. facts: core 6.5, extended 9.3 */
export function declineUnsorted(world: World, row: UnsortedRow, userId: number): void {
	const { account, clock } = world;
	const lead = account.leads.get(row.lead_id ?? 0);
	if (lead) account.leads.change(lead, { is_deleted: true, status_id: LOST, closed_at: clock.seconds(), updated_at: clock.seconds(), updated_by: userId });
	close(world, row, 'declined', userId);
}

function close(world: World, row: UnsortedRow, state: 'accepted' | 'declined', userId: number): void {
	world.account.unsorted.change(row, { state, closed_at: world.clock.seconds() });
	world.changes.publish({ kind: 'unsorted', action: state === 'accepted' ? 'accept' : 'decline', row, by: userId });
}
