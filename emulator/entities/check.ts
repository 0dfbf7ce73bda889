import { applyFieldPatches, checkFieldValues, type FieldPatch } from '../fields/values';
import { fieldMissing, fieldNotExpected, notSupportedChoice, type FieldError } from '../http/problems';
import type { Account } from '../store/account';
import type { EntityRow, EntityType, LeadRow } from '../store/rows';
import { fieldContext, fieldFinder, type World } from '../world';
import { LINKED, type EntityInput } from './schemas';
import { checkSource } from './sources';
import { checkTags } from './tags';

/** Checks that need the account's data: does what the body names exist, and does it fit. facts: core 3.10, 5.4 */
export function checkEntity(world: World, type: EntityType, input: EntityInput, current?: EntityRow, prefix = ''): FieldError[] {
	const { account } = world;
	const at = (path: string) => `${prefix}${path}`;
	const missing = (known: boolean, path: string): FieldError[] => (known ? [] : [notSupportedChoice(at(path))]);
	const given = <T>(value: T | null | undefined, check: (value: T) => FieldError[]): FieldError[] =>
		value === undefined || value === null ? [] : check(value);
	const author = (id: number) => id === 0 || account.users.has(id);
	return [
		...given(input.responsible_user_id, (id) => missing(account.activeUser(id) !== undefined, 'responsible_user_id')),
		...given(input.created_by, (id) => missing(author(id), 'created_by')),
		...given(input.updated_by, (id) => missing(author(id), 'updated_by')),
		...given(input.loss_reason_id, (id) => missing(account.lossReasons.has(id), 'loss_reason_id')),
		...(type === 'leads' ? checkStage(account, input, current as LeadRow | undefined).map(({ path }) => notSupportedChoice(at(path))) : []),
		...checkTags(account, type, input).map((error) => ({ ...error, path: at(error.path) })),
		...checkFields(world, type, input, current, prefix),
		...(current ? checkEmbeddedOnUpdate(world, input, prefix) : checkEmbedded(world, type, input, prefix)),
		...(type === 'customers' ? checkCustomer(world, input, !current, prefix) : []),
		...(type === 'leads' && !current ? checkSource(world, input).map(({ path }) => notSupportedChoice(at(path))) : []),
	];
}

/** The date of the next purchase is asked for where customers live by periods. facts: extended 4 */
function checkCustomer({ account }: World, { next_date, status_id, _embedded }: EntityInput, isNew: boolean, prefix: string): FieldError[] {
	const isDateMissing = isNew && account.info.customers_mode === 'periodicity' && typeof next_date !== 'number';
	const segments = _embedded?.segments ?? [];
	return [
		...(isDateMissing ? [fieldMissing(`${prefix}next_date`)] : []),
		...(typeof status_id !== 'number' || account.customerStatuses.has(status_id) ? [] : [notSupportedChoice(`${prefix}status_id`)]),
		...segments.flatMap(({ id }, index) => (account.segments.has(id) ? [] : [notSupportedChoice(`${prefix}_embedded.segments.${index}.id`)])),
	];
}

function checkStage(account: Account, input: EntityInput, current: LeadRow | undefined): FieldError[] {
	const { pipeline_id, status_id } = input;
	if (pipeline_id !== undefined && !account.pipelines.has(pipeline_id)) return [notSupportedChoice('pipeline_id')];
	if (status_id === undefined) return [];
	const pipelineId = pipeline_id ?? current?.pipeline_id ?? account.mainPipeline?.id;
	return pipelineId !== undefined && account.status(pipelineId, status_id) ? [] : [notSupportedChoice('status_id')];
}

function checkFields(world: World, type: EntityType, input: EntityInput, current: EntityRow | undefined, prefix: string): FieldError[] {
	const { patches, errors } = checkFieldValues(input.custom_fields_values, fieldFinder(world.account, type), fieldContext(world), prefix);
	if (errors.length > 0 || type !== 'leads' || !world.switches.requiredStatusFieldsEnforced) return errors;
	return requiredFields(world, input, current as LeadRow | undefined, patches).map((id) => fieldMissing(`${prefix}custom_fields_values.${id}`));
}

/** Ids of the fields that the stage a lead is moved to requires and that stay empty. facts: core 15.2 */
function requiredFields({ account }: World, input: EntityInput, current: LeadRow | undefined, patches: FieldPatch[]): number[] {
	const { pipeline_id = current?.pipeline_id ?? account.mainPipeline?.id, status_id } = input;
	if (status_id === undefined) return [];
	const filled = new Set(applyFieldPatches(current?.custom_fields_values ?? [], patches).map(({ field_id }) => field_id));
	return account
		.fieldsOf('leads')
		.filter(({ required_statuses: stages }) => stages.some((stage) => stage.status_id === status_id && stage.pipeline_id === pipeline_id))
		.map(({ id }) => id)
		.filter((id) => !filled.has(id));
}

const EMBED_TARGETS = ['contacts', 'companies', 'leads'] as const;

function checkEmbedded(world: World, type: EntityType, input: EntityInput, prefix: string): FieldError[] {
	const { account, switches } = world;
	const linkable = type === 'leads';
	return EMBED_TARGETS.flatMap((target) => {
		const list = input._embedded?.[target] ?? [];
		if (!linkable && list.length > 0) {
			return switches.contactEmbedsOnCreate === 'reject' ? [fieldNotExpected(`${prefix}_embedded.${target}`)] : [];
		}
		return list.flatMap(({ id }, index) => {
			const row = account.entities(target).get(id);
			return row && !row.is_deleted ? [] : [notSupportedChoice(`${prefix}_embedded.${target}.${index}.id`)];
		});
	});
}

/** Empty lists pass always: amocrm-js sends them with every save() of a lead, and that works on live accounts. */
function checkEmbeddedOnUpdate({ switches }: World, { _embedded }: EntityInput, prefix: string): FieldError[] {
	if (switches.embedsOnUpdate === 'ignore') return [];
	const embedded = (_embedded ?? {}) as Record<string, unknown>;
	const filled = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null);
	return LINKED.filter((key) => filled(embedded[key])).map((key) => fieldNotExpected(`${prefix}_embedded.${key}`));
}
