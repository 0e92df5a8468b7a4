namespace Plait.Processes { 
#pragma warning disable
public interface ICodec {} public sealed class CannotTravelException : NotSupportedException {} public sealed class RemoteException : Exception {} }
namespace Plait.Processes.Codecs {
using Plait.Memory;
enum CodecDirection { ToChild, FromChild }
sealed class ValueCodec(CodecDirection d, IReadOnlyList<ICodec> c) { public CancellationToken Cancellation {get;set;} public void Write(PayloadWriter w, object? v, Type t, string p){} public object? Read(ref PayloadReader r, Type t)=>null; }
sealed class PayloadWriter(IBulkStore? s=null) : IDisposable { public IReadOnlyList<CancellationToken>? Tokens => null; public void Dispose(){} public void Clear(){} public ReadOnlySpan<byte> WrittenSpan => default; public void WriteByte(byte b){} public void WriteBool(bool b){} public void WriteInt32(int b){} public void WriteString(string b){} public void WriteNullableString(string? b){} }
ref struct PayloadReader { public PayloadReader(ReadOnlySpan<byte> d, IBulkStore? s=null){} public byte ReadByte()=>0; public bool ReadBool()=>true; public int ReadInt32()=>0; public string ReadString()=>""; public string? ReadNullableString()=>""; }
static class FunctionReference { public static void Write(PayloadWriter w, Delegate d, ValueCodec c){} public static BoundFunction Read(ref PayloadReader r, ValueCodec c)=>null!; }
static class TypeReference { public static void Write(PayloadWriter w, Type d){} public static Type Read(ref PayloadReader r)=>null!; }
sealed class BoundFunction { public IReadOnlyList<Type> ParameterTypes=>[]; public Type ReturnType=>null!; public object? Invoke(object?[] a)=>null; }
static class ExceptionCodec { public static void Write(PayloadWriter w, Exception d){} public static Exception Read(ref PayloadReader r, System.Reflection.Assembly a)=>null!; }
}
