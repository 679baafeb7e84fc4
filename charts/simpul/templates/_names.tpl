{{/* What the names of ClusterRoles and admission policies begin with. */}}
{{- define "simpul.clusterPrefix" -}}
{{- .Values.clusterPrefix | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "simpul.className" -}}
{{- .Values.className | default .Release.Name -}}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "simpul.labels" -}}
app.kubernetes.io/part-of: simpul
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Labels that pods of a program are known by: (list . "simpul-operator"). */}}
{{- define "simpul.selector" -}}
app.kubernetes.io/name: {{ last . }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
{{- end -}}

{{/* One of our images: (list . "simpul-operator" digest). */}}
{{- define "simpul.image" -}}
{{- $root := first . -}}
{{- $images := $root.Values.images -}}
{{- $name := index . 1 -}}
{{- $full := ternary (printf "%s/%s" $images.registry $name) $name (ne $images.registry "") -}}
{{- if last . -}}
{{- printf "%s@%s" $full (last .) -}}
{{- else -}}
{{- printf "%s:%s" $full ($images.tag | default $root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* Ours, unless another is named. */}}
{{- define "simpul.redisImage" -}}
{{- $registry := .Values.images.registry -}}
{{- if not .Values.redis.image -}}
{{- include "simpul.image" (list . "simpul-redis" "") -}}
{{- else if $registry -}}
{{- printf "%s/%s" $registry .Values.redis.image -}}
{{- else -}}
{{- .Values.redis.image -}}
{{- end -}}
{{- end -}}

{{/* Nothing here fixes a user id: images bring one, and OpenShift gives each namespace its own. */}}
{{- define "simpul.podSecurity" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "simpul.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* The namespace that the operator makes for the gateway of this chart: as compiledNamespaceOf in operator/resources. */}}
{{- define "simpul.gatewayNamespace" -}}
{{- $name := .Values.gateway.name | replace "." "-" | trunc 43 | trimSuffix "-" -}}
{{- printf "simpul-gw-%s-%s" $name (printf "%s/%s" .Release.Namespace .Values.gateway.name | sha256sum | trunc 8) -}}
{{- end -}}

{{/* Secret with the password of Redis, or nothing. */}}
{{- define "simpul.redisSecret" -}}
{{- if .Values.redis.credentialSecret -}}
{{- .Values.redis.credentialSecret -}}
{{- else if .Values.redis.trial -}}
simpul-redis
{{- end -}}
{{- end -}}

{{/* What pods of Jobs have in common: they need a token, and end. */}}
{{- define "simpul.jobPod" -}}
automountServiceAccountToken: true
enableServiceLinks: false
restartPolicy: Never
{{- with .Values.images.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.operator.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.operator.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "simpul.podSecurity" . | nindent 2 }}
{{- end -}}
