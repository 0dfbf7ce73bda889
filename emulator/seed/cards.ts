import type { Clock } from '../clock';
import { createEntity, updateEntity } from '../entities/write';
import type { Caller } from '../http/caller';
import type { EntityRow } from '../store/rows';
import { LOST, WON } from '../store/account';
import { createTask } from '../tasks/write';
import type { World } from '../world';
import { DEMO } from './cardTexts';
import type { Cast } from './rooms';
import { TEXTS } from './texts';

/** A believable account: companies, contacts with phones and mail, some thirty leads over both pipelines, tasks. What surrounds them is in rooms.ts. */

const DAY = 86_400;

/** Steps through a list, so that the same seed always gives the same account. */
const turn = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

export function seedCards(world: World, caller: Caller): Cast {
	const { account, clock } = world;
	const words = DEMO[account.language];
	const people = [...account.users.values()];
	const owner = (index: number) => turn(people, index).id;
	const companies = words.companies.map(([name, site, address], index) =>
		createEntity(world, caller, 'companies', {
			name,
			responsible_user_id: owner(index),
			...stamp(clock, 120 - index * 3),
			custom_fields_values: [
				{ field_code: 'PHONE', values: [{ value: phone(account.language, 700 + index * 13), enum_code: 'WORK' }] },
				{ field_code: 'WEB', values: [{ value: `https://${site}` }] },
				{ field_code: 'ADDRESS', values: [{ value: address }] },
				{ field_id: fieldId(world, 'companies', TEXTS[account.language].company.industry), values: [{ value: turn(TEXTS[account.language].industries, index) }] },
			],
		}),
	);
	const contacts = words.people.map(([first_name, last_name, mail, position], index) => {
		const row = createEntity(world, caller, 'contacts', {
			first_name,
			last_name,
			responsible_user_id: owner(index + 1),
			...stamp(clock, 110 - index * 2),
			...(index % 5 === 0 ? { tags_to_add: [{ name: turn(TEXTS[account.language].tags, index + 1) }] } : {}),
			custom_fields_values: [
				{ field_code: 'PHONE', values: [{ value: phone(account.language, 100 + index * 37), enum_code: 'MOB' }] },
				{ field_code: 'EMAIL', values: [{ value: `${mail}@mail.example`, enum_code: 'WORK' }] },
				{ field_code: 'POSITION', values: [{ value: position }] },
			],
		});
		const company = turn(companies, index);
		if (index < companies.length * 2) {
			account.links.put({ from: { type: 'contacts', id: row.id }, to: { type: 'companies', id: company.id }, isMain: false });
		}
		return row;
	});
	const leads = words.leads.flatMap((name, index) => seedLead(world, caller, name, index, { contacts, companies, owner }) ?? []);
	return { leads, contacts, companies };
}

interface Owned extends Pick<Cast, 'contacts' | 'companies'> {
	owner: (index: number) => number;
}

function seedLead(world: World, caller: Caller, name: string, index: number, { contacts, companies, owner }: Owned): EntityRow | undefined {
	const { account, clock } = world;
	const texts = TEXTS[account.language];
	const pipelines = [...account.pipelines.values()];
	const pipeline = index % 4 === 3 ? pipelines[1] : pipelines[0];
	if (!pipeline) return undefined;
	const open = pipeline.statuses.filter(({ type, id }) => type !== 1 && id !== WON && id !== LOST);
	const closed = index % 9 === 4 ? WON : index % 11 === 6 ? LOST : undefined;
	const age = 60 - index * 2;
	const lead = createEntity(world, caller, 'leads', {
		name,
		price: Math.round((((index * 7919) % 97) + 12) * (account.language === 'ru' ? 4_300 : 85)),
		pipeline_id: pipeline.id,
		status_id: closed ?? turn(open, index).id,
		responsible_user_id: owner(index),
		...(closed === LOST ? { loss_reason_id: turn([...account.lossReasons.keys()], index) } : {}),
		...(closed === undefined ? {} : { closed_at: clock.seconds() - DAY * Math.max(1, age - 20) }),
		...stamp(clock, Math.max(0.2, age)),
		...(index % 3 === 0 ? { tags_to_add: [{ name: turn(texts.tags, index) }, ...(index % 2 ? [] : [{ name: turn(texts.tags, index + 2) }])] } : {}),
		custom_fields_values: [
			{ field_code: 'SOURCE', values: [{ value: turn(texts.sources, index) }] },
			{ field_id: fieldId(world, 'leads', texts.lead.priority), values: [{ value: turn(texts.priorities, index) }] },
			...(index % 2 ? [{ field_id: fieldId(world, 'leads', texts.lead.budget), values: [{ value: String(1_000 * (index + 5)) }] }] : []),
			...(index % 6 === 1 ? [{ field_id: fieldId(world, 'leads', texts.lead.urgent), values: [{ value: true }] }] : []),
		],
		_embedded: {
			contacts: [{ id: turn(contacts, index).id, is_main: true }],
			...(index % 3 === 1 ? {} : { companies: [{ id: turn(companies, index).id }] }),
		},
	});
	if (closed === undefined && index % 2 === 0) seedTask(world, caller, lead, index);
	// A second touch, so that created and updated differ as they do in a living account.
	if (index % 5 === 2) updateEntity(world, caller, 'leads', lead, { updated_at: clock.seconds() - DAY * Math.max(0, age - 3) });
	return lead;
}

function seedTask(world: World, caller: Caller, lead: EntityRow, index: number): void {
	const { account, clock } = world;
	createTask(world, caller, {
		text: turn(DEMO[account.language].tasks, index / 2),
		complete_till: Math.floor(clock.seconds() / DAY) * DAY + DAY * ((index % 7) - 1) + 14 * 3_600,
		task_type_id: turn(account.info.task_types, index / 2).id,
		entity_type: 'leads',
		entity_id: lead.id,
		responsible_user_id: lead.responsible_user_id,
		...stamp(clock, 1),
	});
}

const stamp = (clock: Clock, daysAgo: number) => {
	const at = clock.seconds() - Math.round(DAY * Math.max(0.1, daysAgo));
	return { created_at: at, updated_at: at };
};

function phone(language: 'ru' | 'en', number: number): string {
	const tail = String(1_000_000 + number * 7_919).slice(-7);
	return language === 'ru' ? `+7900${tail}` : `+1555${tail}`;
}

function fieldId({ account }: World, owner: 'leads' | 'companies', name: string): number {
	return account.fieldsOf(owner).find((field) => field.name === name)?.id ?? 0;
}
