{{- define "hopwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "hopwatch.fullname" -}}
{{- $name := include "hopwatch.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "hopwatch.selector" -}}
app.kubernetes.io/name: {{ include "hopwatch.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "hopwatch.labels" -}}
{{ include "hopwatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "hopwatch.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "hopwatch.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "hopwatch.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether anything but the embedded simulator is looked at. */}}
{{- define "hopwatch.hasAccount" -}}
{{- if or .Values.account.endpoint .Values.account.connectionStringSecret.name .Values.config.targets -}}true{{- end -}}
{{- end -}}

{{- define "hopwatch.scenariosConfigMap" -}}
{{- default (printf "%s-scenarios" (include "hopwatch.fullname" .)) .Values.scenarios.existingConfigMap -}}
{{- end -}}

{{/* One variable from a secret: (dict "name" NAME "secret" SECRET). */}}
{{- define "hopwatch.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret.name | quote }}
      key: {{ .secret.key | quote }}
{{- end -}}

{{/* The account, as every command takes it. */}}
{{- define "hopwatch.accountEnv" -}}
{{- with .Values.account.endpoint }}
- name: COSMOS_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- if .Values.account.keySecret.name }}
{{ include "hopwatch.fromSecret" (dict "name" "COSMOS_KEY" "secret" .Values.account.keySecret) }}
{{- end }}
{{- if .Values.account.connectionStringSecret.name }}
{{ include "hopwatch.fromSecret" (dict "name" "COSMOS_CONNECTION_STRING" "secret" .Values.account.connectionStringSecret) }}
{{- end }}
{{- if .Values.hopToken.secret.name }}
{{ include "hopwatch.fromSecret" (dict "name" "HOPWATCH_HOP_TOKEN" "secret" .Values.hopToken.secret) }}
{{- end }}
{{- if .Values.config }}
- name: HOPWATCH_CONFIG
  value: /etc/hopwatch/config/hopwatch.yaml
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What the pods of all workloads have in common. */}}
{{- define "hopwatch.podSettings" -}}
serviceAccountName: {{ include "hopwatch.serviceAccount" . | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ add .Values.graceSeconds 10 }}
securityContext:
  runAsNonRoot: true
  {{- with .Values.runAsUser }}
  runAsUser: {{ . | int64 }}
  runAsGroup: {{ . | int64 }}
  fsGroup: {{ . | int64 }}
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "hopwatch.containerSettings" -}}
image: {{ include "hopwatch.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{- define "hopwatch.podLabels" -}}
{{ include "hopwatch.labels" . }}
{{- if .Values.workloadIdentity.enabled }}
azure.workload.identity/use: "true"
{{- end }}
{{- with .Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "hopwatch.topologySpread" -}}
{{- with .root.Values.topologySpread }}
{{- if .enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .topologyKey | quote }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "hopwatch.selector" $.root | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
{{- end }}
{{- end }}
{{- end -}}
