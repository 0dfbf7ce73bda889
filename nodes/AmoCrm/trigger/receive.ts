import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Memory } from './authenticity';
import { isKey, isOurAccount, KEY_PARAMETER, rememberedOf, scopeOf } from './authenticity';
import type { HookAccount } from './delivery';
import { readDelivery } from './delivery';
import type { FilterOptions } from './filters';
import { isWanted } from './filters';
import type { FormObject, FormValue } from './formBody';
import { assemble, isFormObject, parseForm } from './formBody';
import { gather } from './gather';
import { withoutRepeats } from './repeats';
import { isDigitalPipeline } from './subscription';

export interface ReceiveOptions extends FilterOptions {
	keepRepeated?: boolean;
	separateExecutions?: boolean;
}

/**
 * One delivery. Sends no request of its own: n8n answers amoCRM as soon as it has stored the execution, well within
 * amoCRM's two seconds, and everything that takes time happens inside that execution (`process`).
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const scope = scopeOf(context);
	const memory = rememberedOf(scope, context.getWorkflowStaticData('node') as Memory);
	// Of a Digital Pipeline webhook n8n shows the address alone: that is the secret.
	if (!isDigitalPipeline(context) && !isKey((context.getQueryData() as IDataObject)[KEY_PARAMETER], memory.key)) {
		return refuse(context, 403, 'A delivery without the right key was refused');
	}
	const { account, items } = readDelivery(bodyOf(context));
	if (!isFromUs(context, account, memory)) return refuse(context, 403, 'A delivery of another account was refused');
	const options = context.getNodeParameter('options', {}) as ReceiveOptions;
	const filtered = items.filter((item) => isWanted(item, options, memory.userId));
	const wanted = options.keepRepeated === true ? filtered : withoutRepeats(scope, filtered);
	if (wanted.length === 0) return { webhookResponse: { message: 'Nothing to start for' } };
	const gathered = options.separateExecutions === true ? wanted : await gather(scope, wanted, context.getResponseObject());
	if (gathered === true) return { webhookResponse: { message: 'Workflow was started' } };
	if (gathered === false) return refuse(context, 503, 'A delivery could not be stored. amoCRM will repeat it');
	return { workflowData: [gathered.map((json) => ({ json }))] };
}

/** Whether a Digital Pipeline delivery names the account is not confirmed; but another one it must not name. */
function isFromUs(context: IWebhookFunctions, account: HookAccount, memory: Memory): boolean {
	const isNameless = account.id === undefined && account.subdomain === undefined;
	return (isNameless && isDigitalPipeline(context)) || isOurAccount(account, memory);
}

function refuse(context: IWebhookFunctions, status: 403 | 503, message: string): IWebhookResponseData {
	context.logger.warn(`amoCRM Trigger: ${message}`, { node: context.getNode().name });
	context.getResponseObject().status(status).json({ message });
	return { noWebhookResponse: true };
}

/** The raw body where there is one; n8n's own parser gives the form's keys flat, and stops at 1,000. */
function bodyOf(context: IWebhookFunctions): FormObject {
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	const body = context.getBodyData();
	const type = String(context.getHeaderData()['content-type'] ?? '');
	if (/json/i.test(type)) return fromJson(body) as FormObject;
	if (rawBody && rawBody.length > 0) return parseForm(rawBody.toString('utf8'));
	return assemble(Object.entries(body).flatMap(([key, value]) => [value].flat().map((entry): [string, string] => [key, String(entry)])));
}

/** A JSON body in the form's shape: every leaf a text, no prototypes. */
function fromJson(value: unknown): FormValue {
	if (typeof value !== 'object') return value === true ? '1' : value === false ? '0' : String(value ?? '');
	const object = Object.create(null) as FormObject;
	for (const [key, inner] of Object.entries(value ?? {})) if (key !== '__proto__' && inner !== null) object[key] = fromJson(inner);
	return isFormObject(object) ? object : '';
}
